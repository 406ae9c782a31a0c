// The API reference, from the comments of npm/index.d.ts.
import { parse } from "@babel/parser";

/** @returns {{ text: (node: object) => string, declarations: object[] }} */
export function readTypes(source) {
  const { program } = parse(source, {
    sourceType: "module",
    plugins: [["typescript", { dts: true }]],
  });
  // What is not exported is nobody's to use.
  const exported = program.body.filter(({ declaration }) => declaration);
  const declarations = exported.map((statement) => ({
    ...statement.declaration,
    comment: comment(statement),
  }));
  return { declarations, text: ({ start, end }) => source.slice(start, end) };
}

/** The reference as Markdown. */
export function reference(source) {
  const { declarations, text } = readTypes(source);
  const names = new Set(declarations.map(({ id }) => id.name));
  const kinds = [
    ["Functions", (one) => one.type === "TSDeclareFunction"],
    ["Interfaces", (one) => one.type === "TSInterfaceDeclaration"],
    ["Types", (one) => one.type === "TSTypeAliasDeclaration"],
  ];
  return kinds
    .map(([title, isOne]) => {
      const parts = declarations.filter(isOne).map((one) => describe(one, { text, names }));
      return [`## ${title}`, ...parts].join("\n\n");
    })
    .join("\n\n");
}

function describe(one, tools) {
  const { name } = one.id;
  const heading = one.type === "TSDeclareFunction" ? `${name}()` : name;
  const parts = [`### ${heading}`];
  if (one.type === "TSDeclareFunction") parts.push(code(signature(one, tools)));
  if (one.type === "TSTypeAliasDeclaration") parts.push(type(one.typeAnnotation, tools));
  if (one.extends)
    parts.push(`Extends ${one.extends.map((base) => link(tools.text(base), tools)).join(", ")}.`);
  parts.push(...words(one.comment, tools));
  if (one.type === "TSInterfaceDeclaration") parts.push(members(one.body.body, tools));
  return parts.filter(Boolean).join("\n\n");
}

const signature = (one, { text }) =>
  text(one)
    .replace(/^export /, "")
    .replace(/;$/, "");

function members(body, tools) {
  const rows = body.map((member) => {
    const name = memberName(member, tools);
    const says = words(comment(member), tools).join(" ").replaceAll("\n", " ");
    return `| ${name} | ${cell(memberType(member, tools))} | ${cell(says)} |`;
  });
  return ["| name | type | |", "|---|---|---|", ...rows].join("\n");
}

function memberName({ key, optional, type: kind }, { text }) {
  const name = text(key).replaceAll('"', "");
  return `\`${name}${kind === "TSMethodSignature" ? "()" : ""}${optional ? "?" : ""}\``;
}

function memberType(member, tools) {
  if (member.type !== "TSMethodSignature") return type(member.typeAnnotation.typeAnnotation, tools);
  const given = member.parameters.map((parameter) => tools.text(parameter)).join(", ");
  const gives = tools.text(member.typeAnnotation.typeAnnotation);
  return code(`(${given}) => ${gives}`);
}

/** A type as code; one that is a name of this reference as a link to it. */
function type(node, tools) {
  const text = tools.text(node);
  return tools.names.has(text) ? link(text, tools) : code(text);
}

const link = (name, { names }) =>
  names.has(name) ? `[\`${name}\`](#${name.toLowerCase()})` : `\`${name}\``;

const code = (text) =>
  `\`${text
    .replaceAll(/\/\*.*?\*\//gs, "")
    .replaceAll(/\s+/g, " ")
    .replace(/\{ \}/, "{}")
    .replace(/^\| /, "")}\``;
const cell = (text) => text.replaceAll("|", "\\|");

/** A comment's paragraphs; its tags become sentences. */
function words(lines, tools) {
  if (!lines) return [];
  const [says, ...tags] = lines.split(/\n(?=@)|^(?=@)/);
  return [says, ...tags.map((tag) => tagged(tag, tools))]
    .map((text) => text.trim())
    .filter(Boolean);
}

function tagged(tag) {
  const [, name, rest] = /^@(\w+)\s*(.*)$/s.exec(tag);
  const text = rest.replace(/^\{(\w+)\}\s*/, "").trim();
  const verbs = { returns: "Gives", throws: "Throws" };
  if (!verbs[name]) throw new Error(`npm/index.d.ts: what is @${name} in the reference?`);
  return `${verbs[name]} ${text}${/[.]$/.test(text) ? "" : "."}`;
}

/** The JSDoc before a node, without its stars. */
function comment({ leadingComments = [] }) {
  const last = leadingComments.findLast(
    ({ type, value }) => type === "CommentBlock" && value.startsWith("*"),
  );
  return last?.value
    .replace(/^\*/, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
    .join("\n")
    .trim();
}
