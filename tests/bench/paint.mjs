// How long a page takes until all of it is painted: node paint.mjs WRITE_PAGE [BASINS]. From the beginning of loading until
// the frame after the landscape's two figures were drawn. Without WebGL: what stands in for a graphics card would take most of the time.
import {execFileSync} from "node:child_process";
import {mkdtempSync, rmSync, statSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {Chromium} from "../browser/chromium.mjs";

const [program, basins = "10000"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "glasscape-paint-")), file = join(folder, "page.html");
execFileSync(program, [file, basins]);
console.log(`${basins} basins: ${(statSync(file).size / 1e6).toFixed(2)} MB`);
const browser = new Chromium({flags: ["--disable-gpu", "--disable-3d-apis"]});
for (let run = 0; run < 3; ++run) {
  const page = await browser.open(file);
  const painted = await page.value(`(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const first = performance.getEntriesByName("first-contentful-paint")[0]?.startTime, loaded = performance.timing.loadEventEnd - performance.timing.navigationStart;
    const times = [];
    for (const title of ["Disconnectivity graph", "Basins and the saddles between them"]) {
      const one = [...document.querySelectorAll(".frame")].find((each) => each.dataset.title === title), begun = performance.now();
      one.scrollIntoView();
      while (!one.querySelector("canvas, .main-svg")) await frame();
      await frame();
      await frame();
      times.push(performance.now() - begun);
    }
    return {first, loaded, disconnectivity: times[0], network: times[1], sum: loaded + times[0] + times[1]};
  })()`);
  console.log(Object.entries(painted).map(([name, time]) => `${name} ${Math.round(time)} ms`).join(", "));
  await page.close();
}
await browser.close();
rmSync(folder, {recursive: true});
