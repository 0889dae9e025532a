import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { parseSync } from 'oxc-parser';

/** Folder of the program. */
export const ROOT = path.resolve(import.meta.dirname, '../..');
const NODE = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

/** One import: what the file names, and what that is. */
export interface Import {
  /** Path from the root, with forward slashes. */
  readonly file: string;
  /** A path from the root for our own files, `node:NAME` for Node, the package name (`@scope/name`) otherwise, `(computed)` for a path made at run time. */
  readonly to: string;
}

/** Source files matching a pattern, as paths from the root with forward slashes. */
export function sourceFiles(pattern: string): readonly string[] {
  return globSync(pattern, { cwd: ROOT, exclude: (entry) => entry === 'node_modules' || entry === 'out' }).map((file) => file.replaceAll('\\', '/')).toSorted();
}

/** The text of a file. */
export function textOf(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

/**
 * Everything that a file imports: import and export statements, dynamic imports and `import('...')` in types.
 * @throws when the file does not parse: a file that cannot be read cannot be judged.
 */
export function importsOf(file: string): readonly Import[] {
  const text = textOf(file);
  return importsIn(file, text);
}

/** As {@link importsOf}, of a text that is not on the disk. */
export function importsIn(file: string, text: string): readonly Import[] {
  const { module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message ?? ''}`);
  const specifiers = [
    ...module.staticImports.map((one) => one.moduleRequest.value),
    ...module.staticExports.flatMap((one) => one.entries.flatMap((entry) => entry.moduleRequest?.value ?? [])),
    ...module.dynamicImports.map(({ moduleRequest }) => /^(['"`])([^$]*)\1$/s.exec(text.slice(moduleRequest.start, moduleRequest.end))?.[2] ?? '(computed)'),
    // Imports inside types are no part of the module record.
    ...[...text.matchAll(/\bimport\(\s*(['"])([^'"]+)\1\s*\)/g)].map((match) => match[2] ?? ''),
  ];
  return [...new Set(specifiers)].map((specifier) => ({ file, to: resolve(file, specifier) }));
}

function resolve(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
  if (NODE.has(specifier)) return `node:${specifier.replace(/^node:/, '')}`;
  return specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? specifier);
}

/** Whether the import is one of our own files. */
export function isOurs(to: string): boolean {
  return /^(shared|electron|renderer|test|resources)\//.test(to);
}

/**
 * Circles of imports, each once, as a readable path.
 * @param imports all imports of all files.
 */
export function cyclesIn(imports: readonly Import[]): readonly string[] {
  const graph = new Map<string, string[]>();
  for (const { file, to } of imports) if (isOurs(to)) graph.set(file, [...(graph.get(file) ?? []), to]);
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (file: string, above: readonly string[]): void => {
    const at = above.indexOf(file);
    if (at >= 0) {
      found.push([...above.slice(at), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...above, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return found;
}
