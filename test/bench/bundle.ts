import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';

/** Bundles a child of a benchmark as the product is bundled: what is measured is the engine and not Node's reading of TypeScript. @returns the program. */
export async function bundleChild(folder: string, source: string): Promise<string> {
  const root = path.join(import.meta.dirname, '..', '..');
  await build({
    configFile: false, logLevel: 'error', root, ssr: { noExternal: true, external: ['better-sqlite3'] },
    build: { ssr: path.join(import.meta.dirname, source), outDir: path.join(folder, 'out', 'main'), emptyOutDir: false, rolldownOptions: { output: { entryFileNames: 'child.mjs' } } },
  });
  // What stays outside, the native SQLite and the schema templates, is found from here.
  for (const name of ['node_modules', 'resources']) await symlink(path.join(root, name), path.join(folder, name));
  return path.join(folder, 'out', 'main', 'child.mjs');
}
