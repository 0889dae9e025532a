import type { Node } from './ast.ts';

/** How tightly a node binds: an operand inside a tighter operator needs parentheses. */
const LEVELS = { '||': 1, '&&': 2, '&': 4 } as const;
const level = (node: Node): number => (node.kind === 'chain' ? LEVELS[node.operator] : node.kind === 'compare' ? 3 : 5);

/** A text as it is written between quotation marks. */
export function quoteText(value: string): string {
  return `"${value.replace(/[\\"]/g, (char) => `\\${char}`)}"`;
}

function inside(node: Node, outer: number): string {
  const text = printNode(node);
  return level(node) <= outer ? `(${text})` : text;
}

/** The expression on one line in its usual spacing; reading it again gives the same tree. */
export function printNode(node: Node): string {
  switch (node.kind) {
    case 'text': return quoteText(node.value);
    case 'integer': return String(node.value);
    case 'attribute': return `[${node.name}]`;
    case 'parameter': return `%${node.name}%`;
    case 'variable': return `$${node.name}`;
    case 'constant': return node.name;
    case 'empty': return '';
    case 'call': return `${node.name}(${node.args.map(printNode).join(', ')})`;
    case 'compare': return `${inside(node.left, 3)} ${node.operator} ${inside(node.right, 3)}`;
    case 'chain': return node.parts.map((part) => inside(part, LEVELS[node.operator])).join(` ${node.operator} `);
    default: return node satisfies never;
  }
}

/**
 * The expression for reading: calls that do not fit into `width` columns get one argument a line.
 * @param width columns, indent included; a single long text may still pass it.
 */
export function layOut(node: Node, width: number, indent = ''): string {
  const line = printNode(node);
  if (indent.length + line.length <= width || (node.kind !== 'call' && node.kind !== 'chain')) return line;
  const deeper = `${indent}  `;
  if (node.kind === 'call') return node.args.length === 0 ? line : `${node.name}(\n${node.args.map((arg) => `${deeper}${layOut(arg, width, deeper)}`).join(',\n')})`;
  const outer = LEVELS[node.operator];
  return node.parts.map((part) => (level(part) <= outer ? `(${layOut(part, width, deeper)})` : layOut(part, width, deeper))).join(`\n${deeper}${node.operator} `);
}
