const password = document.querySelector('#password').value;
const apiKey = process.env.API_KEY;
const config = { host: 'db1', user: 'crm', password: 'Lagune#33z', database: 'crm' };
const token = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
const maps = "https://maps.example.org/js?key=AIzaSyB4kQ9xV2mN7pL1rT8wZ3cF6hJ0dG5sXyE";
const csrfToken = getCookie('csrftoken');
if (password.length < 8) { showError('password', 'Too short'); }
form.append("password", password);
const keyCode = event.keyCode; const key = "ArrowDown1234567890";
labels = { password: 'Password', newPassword: 'New password', passwordHint: 'Use 12 letters and 3 digits' };
