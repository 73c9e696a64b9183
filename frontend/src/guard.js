// Lets htmx put answers into the page under Trusted Types, and takes evaluation of code away from it for good.
// The one script address it lets through is a worker of our own static parts.
const rules = {
  createHTML: (text) => text,
  createScript: () => {
    throw new TypeError("no script in fragments");
  },
  createScriptURL: (address) => {
    if (!/^\/static\/live-worker-[0-9a-f]{12}\.js$/.test(address)) throw new TypeError("not a script of ours");
    return address;
  },
};
export const policy = self.trustedTypes?.createPolicy("htmx", rules) ?? rules;

const Refusing = function () {
  return {
    call() {
      throw new Error("no evaluation");
    },
  };
};

htmx.registerExtension("guard", { init: (api) => api.initSecurity(policy, Refusing, Refusing) });
