// Writes src/api/types.ts from openapi.yaml: `node build/types.mjs`. A test compares.
import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";

const here = new URL("..", import.meta.url);

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.replace("#/components/schemas/", "");
  const nullable = schema.nullable && !schema.enum?.includes(null) ? " | null" : "";
  if (schema.allOf) return schema.allOf.map(typeOf).join(" & ") + nullable;
  if (schema.oneOf) return schema.oneOf.map(typeOf).join(" | ") + nullable;
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ") + nullable;
  switch (schema.type) {
    case "integer":
    case "number":
      return "number" + nullable;
    case "string":
      return "string" + nullable;
    case "boolean":
      return "boolean" + nullable;
    case "array": {
      const item = typeOf(schema.items);
      return (/[|&]/.test(item.replace(/\{[^]*\}/g, "")) ? `(${item})[]` : `${item}[]`) + nullable;
    }
    case "object":
      return objectOf(schema) + nullable;
    default:
      return "unknown";
  }
}

function objectOf(schema) {
  if (!schema.properties) return "Record<string, unknown>";
  const required = new Set(schema.required ?? []);
  const members = Object.entries(schema.properties).map(([name, property]) => {
    return `${name}${required.has(name) ? "" : "?"}: ${typeOf(property)}`;
  });
  return `{ ${members.join("; ")} }`;
}

export function typesOf(text) {
  const { schemas } = parse(text).components;
  const lines = Object.entries(schemas).map(([name, schema]) => `export type ${name} = ${pretty(typeOf(schema))};`);
  return `// Made from openapi.yaml by build/types.mjs.\n\n${lines.join("\n\n")}\n`;
}

/** The outermost objects get a line for each member. */
function pretty(type) {
  let depth = 0;
  let out = "";
  for (let at = 0; at < type.length; at++) {
    const letter = type[at];
    if (letter === "{") depth++;
    if (letter === "}") depth--;
    if (depth === 1 && letter === "{") out += "{\n  ";
    else if (depth === 0 && letter === "}") out = out.trimEnd() + ";\n}";
    else if (depth === 1 && letter === ";") out += ";\n ";
    else out += letter;
  }
  return out.replace(/\{\n {3}/g, "{\n  ");
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  writeFileSync(new URL("src/api/types.ts", here), typesOf(readFileSync(new URL("openapi.yaml", here), "utf8")));
}
