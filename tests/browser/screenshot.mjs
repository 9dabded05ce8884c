// Pictures of a whole page, for looking at: node screenshot.mjs PAGE.html FOLDER. Wide and narrow, light,
// dark and without scripts, in pieces of 1400 pixels.
import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {Chromium} from "./chromium.mjs";

const [file, folder] = process.argv.slice(2);
const browser = new Chromium();
for (const {name, ...options} of [{name: "wide-light", width: 1280}, {name: "wide-dark", width: 1280, dark: true}, {name: "narrow-light", width: 400},
                                  {name: "narrow-dark", width: 400, dark: true}, {name: "wide-without-scripts", width: 1280, scripts: false}]) {
  const page = await browser.open(file, options);
  const {cssContentSize: {height}} = await page.send("Page.getLayoutMetrics");
  for (let y = 0; y < height && options.scripts !== false; y += 500) {  // plots are drawn when they come into view
    await page.value(`scrollTo(0, ${y})`);
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  for (let y = 0, k = 1; y < height; y += 1400, ++k)
    writeFileSync(join(folder, `${name}-${k}.png`), await page.picture({x: 0, y, width: options.width, height: Math.min(height - y, 1400)}), "base64");
  console.log(name, `${height} px high`, page.errors, page.requests);
  await page.close();
}
await browser.close();
