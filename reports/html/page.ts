// The frame of every page: one file, no request to anywhere, and a policy that lets run only the script and the style it carries.
import { markup, Markup, scriptData, type Insert } from "./markup.ts";
import { sha256Base64 } from "./sha256.ts";
import { styleSheet } from "./style.ts";

export interface PageContent {
  readonly title: string;
  readonly body: readonly Insert[];
  /** The page's own program; constant text of this folder. Empty: the page has none. */
  readonly script: string;
  /** Blocks that the script reads by the id of their element; never executed. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Complete HTML. Everything that must be read without JavaScript is in `body`. */
export function page(content: PageContent): string {
  const blocks = Object.entries(content.data).map(([id, value]) => markup`<script type="application/json" id="${id}">${scriptData(value)}</script>\n`);
  const program = content.script === "" ? undefined : markup`<script>${new Markup(content.script)}</script>`;
  const { html } = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(content.script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${content.title}</title>
<style>${new Markup(styleSheet)}</style>
</head>
<body>
${content.body}
${blocks}${program}
</body>
</html>
`;
  return html;
}

/** The hashes are of the exact text between the tags. The quotes are part of the policy and are escaped with it. */
function policy(script: string): string {
  const scripts = script === "" ? "'none'" : `'sha256-${sha256Base64(script)}'`;
  return `default-src 'none'; script-src ${scripts}; style-src 'sha256-${sha256Base64(styleSheet)}'; img-src data:; base-uri 'none'; form-action 'none'`;
}
