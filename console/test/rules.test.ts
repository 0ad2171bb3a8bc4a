// @vitest-environment node
import { describe, expect, it } from "vitest";
// @ts-expect-error plain JavaScript
import { faults, vendorFaults } from "../build/rules.mjs";

describe("the rule against markup made of strings", () => {
  it.each([
    ["src/a.tsx", 'element.innerHTML = name;'],
    ["src/a.tsx", '<p dangerouslySetInnerHTML={{ __html: name }} />'],
    ["dist/assets/app.js", 'e.insertAdjacentHTML("beforeend",n)'],
    ["dist/assets/vendor.js", 'eval("1")'],
    ["dist/index.html", "<script>1</script>"],
    ["dist/index.html", '<p style="color:red">'],
    ["dist/index.html", '<script src="https://cdn.example.org/x.js"></script>'],
  ])("finds it in %s: %s", (name, text) => {
    expect(faults(name, text)).not.toEqual([]);
  });
  it("lets the rest pass", () => {
    expect(faults("src/a.tsx", "<p title={name}>{name}</p>")).toEqual([]);
    expect(faults("dist/index.html", '<script type="module" src="./assets/app.js"></script>')).toEqual([]);
    expect(vendorFaults("t.innerHTML=n")).toEqual([]);
    expect(vendorFaults("t.innerHTML=n;u.innerHTML=m")).not.toEqual([]);
  });
});
