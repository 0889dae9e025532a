import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LAYERS, verdict } from './rules.ts';
import { cyclesIn, importsIn, importsOf, sourceFiles, textOf } from './source-files.ts';

const files = sourceFiles('{shared,electron,renderer}/**/*.{ts,tsx,mjs}');
const imports = files.flatMap(importsOf);

describe('the folders', () => {
  it('were seen: a test that reads nothing proves nothing', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(300);
    const unseen = LAYERS.filter((layer) => !files.some((file) => layer.files.test(file))).map((layer) => layer.name);
    expect(unseen).toEqual([]);
  });

  it('keep the table of who may import whom', () => {
    expect(imports.flatMap((one) => { const why = verdict(one); return why ? [`${one.file} -> ${one.to}: ${why}`] : []; })).toEqual([]);
  });

  it('have no circles', () => { expect(cyclesIn(imports)).toEqual([]); });

  it('name files after what they do', () => {
    const nameless = [...files, ...sourceFiles('test/**/*.{ts,tsx}')].filter((file) => file.split('/').some((part) => /^(utils?|helpers?|common|misc)(\.|$)/i.test(part)));
    expect(nameless).toEqual([]);
  });

  it('import files that exist', () => {
    const known = new Set(files);
    const missing = imports.filter(({ to }) => /^(shared|electron|renderer)\/.*\.(ts|tsx|mjs)$/.test(to) && !known.has(to)).map(({ file, to }) => `${file} -> ${to}`);
    expect(missing).toEqual([]);
  });

  it('leave the simulator to those who put the parts together: use cases and engines never know of it', () => {
    const aware = imports.filter(({ file, to }) => to.startsWith('electron/simulator/') && !/^electron\/(simulator|cli|host)\//.test(file)).map(({ file, to }) => `${file} -> ${to}`);
    expect(aware).toEqual([]);
  });
});

describe('the tests', () => {
  const specs = sourceFiles('test/**/*.{test,spec}.{ts,tsx}');

  it('were seen', () => { expect(specs.length).toBeGreaterThan(10); });

  it('leave none out by mistake (.only)', () => {
    expect(specs.filter((file) => /\b(it|test|describe|suite)(\.\w+)*\.only\b/.test(textOf(file).replaceAll(/\/.*\.only.*\//g, '')))).toEqual([]);
  });

  it('lie where the runner looks for them', () => {
    expect(specs.filter((file) => !/^test\/(unit|architecture|integration|chaos|e2e|bench)\//.test(file))).toEqual([]);
    expect(sourceFiles('{shared,electron,renderer}/**/*.{test,spec}.{ts,tsx}').map((file) => path.basename(file))).toEqual([]);
  });
});

describe('the rules themselves', () => {
  it.each([
    ['shared/rules/x.ts', "import fs from 'node:fs';"], ['shared/domain/x.ts', "import { z } from '../contracts/index.ts';"], ['shared/rules/x.ts', "import { sql } from 'kysely';"],
    ['shared/contracts/x.ts', "export * from '../../electron/ipc/router.ts';"],
    ['electron/app/x.ts', "import { app } from 'electron';"], ['electron/cli/x.ts', "const { app } = await import('electron');"], ['electron/host/x.ts', "import Store from 'electron-store';"],
    ['electron/engines/matching/x.ts', "import { open } from '../../store/open.ts';"], ['electron/engines/matching/x.ts', "import { a } from '../tenant/graph/client.ts';"],
    ['electron/engines/matching/x.ts', "type A = import('../../app/container.ts').Console;"], ['electron/engines/planning/x.ts', "import { log } from '../../platform/log.ts';"],
    ['electron/store/migrations/0001.ts', "import { MIGRATION_PROGRESS } from '../../../shared/domain/statuses.ts';"], ['electron/store/migrations/0002.ts', "import { up } from './0001.ts';"],
    ['electron/app/x.ts', "import { Client } from 'ldapts';"], ['electron/app/x.ts', "import { a } from '../engines/tenant/graph/client.ts';"], ['electron/app/x.ts', "import { a } from '../web/index.ts';"],
    ['electron/ipc/x.ts', "import { a } from '../app/container.ts';"], ['electron/platform/x.ts', "import { a } from '../app/container.ts';"],
    ['renderer/features/pairs/x.tsx', "import { a } from '../tasks/x.tsx';"], ['renderer/ui/x.tsx', "import { a } from '../app/api.ts';"], ['renderer/app/x.ts', "import { a } from '../features/pairs/x.tsx';"],
    ['renderer/app/x.ts', "import path from 'path';"], ['renderer/app/x.ts', "import { a } from '../../electron/ipc/router.ts';"], ['electron/setup/x.mjs', "import pino from 'pino';"],
    ['electron/preload/x.ts', "import { join } from 'node:path';"], ['electron/nowhere/x.ts', "import { a } from '../app/container.ts';"], ['electron/app/x.ts', 'const a = await import(`./${name}.ts`);'],
  ])('%s may not say %s', (file, text) => {
    expect(importsIn(file, text).map(verdict)).toEqual([expect.any(String)]);
  });

  it.each([
    ['shared/contracts/x.ts', "import { z } from 'zod'; import { a } from '../domain/errors.ts';"], ['electron/main/x.ts', "import { app } from 'electron'; import { openLog } from '../platform/log.ts';"],
    ['electron/engines/planning/x.ts', "import type { A } from '../mapping/index.ts';"], ['electron/app/x.ts', "import { a } from '../store/open.ts'; import { b } from '../engines/tenant/index.ts';"],
    ['renderer/features/pairs/x.tsx', "import { a } from './y.ts'; import { b } from '../../ui/z.tsx'; import React from 'react';"], ['electron/store/migrations/0001.ts', "import { sql } from 'kysely';"],
  ])('%s may say %s', (file, text) => {
    expect(importsIn(file, text).map(verdict).filter((why) => why !== null)).toEqual([]);
  });

  it('see circles', () => {
    const circle = [['shared/a.ts', 'shared/b.ts'], ['shared/b.ts', 'shared/c.ts'], ['shared/c.ts', 'shared/b.ts'], ['shared/d.ts', 'shared/a.ts']].map(([file = '', to = '']) => ({ file, to }));
    expect(cyclesIn(circle)).toEqual(['shared/b.ts -> shared/c.ts -> shared/b.ts']);
  });
});
