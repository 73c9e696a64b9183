import "./guard.js";
import "./navigation.js";
import "./certification.js";
import "./keys.js";
import "./forms.js";
import "./clocks.js";
import "./passkeys.js";
import "./live.js";
