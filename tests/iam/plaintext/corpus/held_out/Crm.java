public class Crm {
    private static final String PASSWORD = "Java-Const-5";
    private String password;
    public void setPassword(String password) { this.password = password; }
    props.setProperty("mail.smtp.password", "Java-Smtp-6");
    Connection c = DriverManager.getConnection(url, "crm", "Jdbc-Crm-8");
    static final String KEY_PASSWORD = "password";
    @Value("${crm.password}") String injected;
    String token = request.getHeader("X-Token");
}
