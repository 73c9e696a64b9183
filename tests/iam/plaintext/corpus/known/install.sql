CREATE USER crm IDENTIFIED BY 'Sql-Ident-4';
CREATE ROLE reader LOGIN PASSWORD 'Sql-Role-5x';
ALTER USER sa WITH PASSWORD = 'Sql-Alter-6';
CREATE TABLE users (id int, password varchar(255) NOT NULL, token text);
GRANT SELECT ON calls TO reader;
