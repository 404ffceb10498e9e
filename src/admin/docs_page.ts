// The description of the API as a page: plain HTML, no script, nothing from elsewhere. Pure.

import { problemKinds } from "./problem.ts";

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description?: string }[];
  readonly requestBody?: { readonly content?: Content };
  readonly responses?: { readonly [status: string]: { readonly description?: string; readonly content?: Content } };
}

type Content = { readonly [type: string]: { readonly schema?: unknown } };

/** `document` is what /openapi.json gives. */
export function docsPage(document: unknown): string {
  const { info, paths } = document as {
    readonly info: { readonly title: string; readonly version: string; readonly description: string };
    readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) => {
    return Object.entries(methods).map(([method, operation]) => section(path, method, operation));
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(info.title)} API</title>
<link rel="stylesheet" href="/docs.css">
</head>
<body>
<main>
<h1>${escape(info.title)} ${escape(info.version)}: the API</h1>
<p>${escape(info.description)} For programs the same as <a href="/openapi.json">OpenAPI</a>.</p>
<p>A token goes into the header <code>Authorization: Bearer TOKEN</code>. <code>qpsmtpd token --role read NAME</code> makes
one. The roles are <code>read</code>, <code>operate</code> and <code>deploy</code>; each may do all that those before it may.</p>
${operations.join("\n")}
${problems()}
</main>
</body>
</html>
`;
}

export const docsStyle = `:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5 }
main { max-width: 52rem; margin: 0 auto; padding: 1rem }
section { border-top: 1px solid #8885; padding: 0.5rem 0 }
h2 { font-size: 1.1rem; font-family: ui-monospace, monospace }
b { display: inline-block; min-width: 4.5rem }
pre { overflow: auto; max-height: 20rem; padding: 0.5rem; background: #8882 }
dt { float: left; clear: left; width: 4rem; font-weight: bold }
dd { margin-left: 4rem }
:target { background: #8883 }
`;

function section(path: string, method: string, operation: Operation): string {
  const { summary = "", parameters = [], requestBody, responses = {} } = operation;
  const query = parameters.filter((each) => each.in === "query").map((each) => {
    return `<dt>?${escape(each.name)}</dt><dd>${escape(each.description ?? "")}</dd>`;
  });
  const ends = Object.entries(responses).map(([status, { description = "" }]) => {
    return `<dt>${escape(status)}</dt><dd>${escape(description)}</dd>`;
  });
  const good = Object.entries(responses).find(([status]) => status.startsWith("2"))?.[1].content;
  return `<section>
<h2><b>${escape(method.toUpperCase())}</b>${escape(path)}</h2>
<p>${escape(summary)}</p>
${shown("It takes", requestBody?.content)}
<dl>${query.join("")}${ends.join("")}</dl>
${shown("It gives", good)}
</section>`;
}

/** Where the `type` of a problem document leads. */
function problems(): string {
  const kinds = Object.entries(problemKinds).map(([status, { name, meaning }]) => {
    return `<p id="${escape(name)}"><b>${escape(status)}</b><code>${escape(name)}</code>: ${escape(meaning)}</p>`;
  });
  return `<section>
<h2>Problems</h2>
<p>Errors are problem documents: <code>detail</code> says what is wrong with this request, <code>remedy</code> what to do,
<code>problems</code> every reason where there are several; <code>type</code> leads here.</p>
${kinds.join("\n")}
</section>`;
}

function shown(title: string, content: Content | undefined): string {
  return Object.entries(content ?? {}).map(([type, { schema }]) => {
    const text = escape(JSON.stringify(schema ?? {}, undefined, 1));
    return `<details><summary>${title} <code>${escape(type)}</code></summary><pre>${text}</pre></details>`;
  }).join("");
}

function escape(text: string): string {
  const entities: { readonly [character: string]: string } = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
