import { isOurs, type Import } from './source-files.ts';

/** What the files of one folder may import of ours. The first rule that fits a file decides. */
interface Layer {
  readonly name: string;
  readonly files: RegExp;
  /** Besides the folder itself. */
  readonly may: RegExp;
  /** False: not even other files of the folder (each stands alone). */
  readonly own?: false;
}

/** Engines speak to each other through their front door only. */
const ENGINE_DOORS = /^electron\/engines\/[^/]+\/index\.ts$/;

/** The table of folders: who may import whom. */
export const LAYERS: readonly Layer[] = [
  { name: 'shared/domain', files: /^shared\/domain\//, may: /^$/ },
  { name: 'shared/rules', files: /^shared\/rules\//, may: /^shared\/domain\// },
  { name: 'shared/contracts', files: /^shared\/contracts\//, may: /^shared\/(domain|rules)\// },
  { name: 'electron/preload', files: /^electron\/preload\//, may: /^shared\// },
  // The shell needs the data folder, the log and the safe serving of the window's files.
  { name: 'electron/main', files: /^electron\/main\//, may: /^(shared|electron\/platform)\/|^electron\/host\/protocol\.ts$/ },
  { name: 'electron/web', files: /^electron\/web\//, may: /^(shared|electron\/(app|ipc|platform))\// },
  // The command line starts the web console and the simulated tenant of the demo as well.
  { name: 'electron/cli', files: /^electron\/cli\//, may: /^(shared|electron\/(app|agent|platform|ipc|web|simulator))\/|^package\.json$/ },
  // What `causeway serve` is to the browser, the host is to the window: both put the same parts together, the demo included.
  { name: 'electron/host', files: /^electron\/host\//, may: /^(shared|electron\/(app|agent|ipc|platform|simulator))\/|^electron\/cli\/(demo-project|run)\.ts$/ },
  { name: 'electron/ipc', files: /^electron\/ipc\//, may: /^shared\// },
  { name: 'electron/app', files: /^electron\/app\//, may: /^(shared|electron\/(store|platform|ipc|agent))\/|^electron\/engines\/[^/]+\/index\.ts$/ },
  { name: 'electron/agent', files: /^electron\/agent\//, may: /^(shared|electron\/(app|platform|store))\// },
  { name: 'electron/platform', files: /^electron\/platform\//, may: /^shared\// },
  // The list of migrations; each migration stands alone.
  { name: 'electron/store/migrations', files: /^electron\/store\/migrations\/index\.ts$/, may: /^$/ },
  { name: 'electron/store/migrations', files: /^electron\/store\/migrations\//, may: /^$/, own: false },
  // Ports of engines are declared in the engine and implemented here.
  { name: 'electron/store', files: /^electron\/store\//, may: /^shared\/|^electron\/engines\/[^/]+\/index\.ts$/ },
  { name: 'electron/simulator', files: /^electron\/simulator\//, may: /^shared\// },
  { name: 'electron/setup', files: /^electron\/setup\//, may: /^$/ },
  { name: 'renderer/ui', files: /^renderer\/ui\//, may: /^shared\// },
  { name: 'renderer/app', files: /^renderer\/app\//, may: /^(shared|renderer\/ui)\// },
  { name: 'renderer/features', files: /^renderer\/features\//, may: /^(shared|renderer\/(app|ui))\// },
  { name: 'renderer', files: /^renderer\/[^/]+$/, may: /^(shared|renderer)\// },
];

/** A package, or a family of them, and the only files that may import it. */
interface Package {
  readonly name: RegExp;
  readonly files: RegExp;
  readonly why: string;
}

/** Where each package belongs; a package that no rule names may be used by everything in electron/. */
export const PACKAGES: readonly Package[] = [
  { name: /^(electron|electron-store)$/, files: /^electron\/(main|preload)\//, why: 'everything else also runs without Electron' },
  { name: /^(better-sqlite3|kysely|pg|pg-boss)$/, files: /^electron\/store\//, why: 'SQL stays in the store' },
  { name: /^pg$/, files: /^electron\/store\/dialect\/postgres\.ts$/, why: 'the store speaks to PostgreSQL through its dialect' },
  { name: /^ldapts$/, files: /^electron\/engines\/directory\//, why: 'LDAP stays in the directory engine' },
  { name: /^(@azure\/|@microsoft\/)/, files: /^electron\/engines\/tenant\//, why: 'sign-in and Graph stay in the tenant engine' },
  { name: /^ws$/, files: /^electron\/web\//, why: 'WebSockets stay in the web console' },
  { name: /^(nodemailer|dns-packet)$/, files: /^(electron\/platform|test)\//, why: 'mail and DNS are ports to the machine' },
  { name: /^smtp-server$/, files: /^test\//, why: 'a server of the tests' },
  { name: /^pino$/, files: /^electron\/platform\//, why: 'others log through the port' },
  { name: /^commander$/, files: /^electron\/cli\//, why: 'arguments stay in the command line' },
  { name: /^(react|react-dom|react-hook-form|@fluentui\/|@tanstack\/|@hookform\/)/, files: /^renderer\//, why: 'screens stay in the window' },
  { name: /^(vite|electron-vite|@vitejs\/)/, files: /\/vite\.config\.ts$/, why: 'build tools stay in the build' },
  { name: /^(vitest|fast-check|oxc-parser|@playwright\/|@axe-core\/)/, files: /^test\//, why: 'test tools stay in the tests' },
];

/** The only packages of shared/ and of the window, and of the set-up that runs before there are any. */
const CLOSED: readonly { readonly files: RegExp; readonly may: RegExp; readonly why: string }[] = [
  { files: /^shared\//, may: /^zod$/, why: 'shared runs anywhere, with zod only' },
  { files: /^renderer\/(?!vite\.config\.ts$)/, may: /^(zod|papaparse|react|react-dom|react-hook-form|@fluentui\/.*|@tanstack\/.*|@hookform\/.*)$/, why: 'the window has no Node and no server packages' },
  { files: /^electron\/setup\//, may: /^node:/, why: 'the set-up runs before packages are installed' },
  { files: /^electron\/store\/migrations\//, may: /^kysely$/, why: 'a released migration must not change' },
  { files: /^electron\/preload\//, may: /^electron$/, why: 'a sandboxed preload has no Node' },
];

/**
 * Judges one import.
 * @returns why it is not allowed; null when it is.
 */
export function verdict({ file, to }: Import): string | null {
  if (file.endsWith('.config.ts')) return null;
  if (to === '(computed)') return 'a path made at run time cannot be judged';
  return isOurs(to) || to === 'package.json' ? ownVerdict(file, to) : packageVerdict(file, to);
}

function ownVerdict(file: string, to: string): string | null {
  const layer = LAYERS.find((one) => one.files.test(file));
  const engine = /^electron\/engines\/([^/]+)\//.exec(file)?.[1];
  if (engine !== undefined) {
    if (to.startsWith('shared/') || to.startsWith(`electron/engines/${engine}/`) || ENGINE_DOORS.test(to)) return null;
    return 'engines import shared, and other engines through their index.ts';
  }
  if (!layer) return 'no rule knows this folder: add it to the table';
  const feature = /^renderer\/features\/([^/]+)\//.exec(file)?.[1];
  if (feature !== undefined && to.startsWith('renderer/features/')) return to.startsWith(`renderer/features/${feature}/`) ? null : 'one feature never imports another';
  if (layer.own !== false && to.startsWith(`${layer.name}/`)) return null;
  return layer.may.test(to) ? null : `${layer.name} may not import this`;
}

function packageVerdict(file: string, to: string): string | null {
  const closed = CLOSED.find((one) => one.files.test(file) && !one.may.test(to));
  if (closed) return closed.why;
  const owned = PACKAGES.find((one) => one.name.test(to) && !one.files.test(file));
  return owned ? owned.why : null;
}
