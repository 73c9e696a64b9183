// Keep of Tabler's stylesheet what the templates and scripts name. Usage: node purge.cjs SOURCE.css TARGET.css CONTENT...
const { PurgeCSS } = require("purgecss");
const { writeFileSync } = require("node:fs");

const [source, target, ...content] = process.argv.slice(2);

new PurgeCSS()
  .purge({
    css: [source],
    content,
    variables: false,
    keyframes: true,
    safelist: { standard: [/^(is-invalid|active|disabled|show)$/], greedy: [/data-bs-theme/] },
  })
  .then(([result]) => writeFileSync(target, result.css.replace(/\/\*# sourceMappingURL=.*?\*\//g, "")))
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
