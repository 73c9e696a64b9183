<?php
define('DB_PASSWORD', 'Php-Define-9');
define('AUTH_KEY', 'put your unique phrase here');
$cfg['Servers'][$i]['password'] = 'Pma-Root-33';
$password = $_POST['password'];
$db = new PDO('mysql:host=db1;dbname=crm', 'crm', $password);
$link = mysqli_connect('db1', 'crm', 'Mysqli-Crm-7', 'crm');
$stmt->bindParam(':password', $password);
$error['password'] = 'Mot de passe incorrect';
if (password_verify($password, $row['password_hash'])) { $token = bin2hex(random_bytes(16)); }
