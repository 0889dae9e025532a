import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { PlanCounts } from '../../shared/domain/plans.ts';
import { bundleChild } from './bundle.ts';
import { writeOrganisation } from './plan-organisation.ts';
import { startSimulatorProcess } from './simulator-process.ts';

const run = promisify(execFile);

/** One phase of the task, as the process that planned saw it. */
export interface PlanPhase {
  readonly phase: string;
  readonly seconds: number;
  /** User and system, all threads. */
  readonly cpuSeconds: number;
  /** Largest resident set of the process in this phase, MB (2^20 bytes). */
  readonly peakRssMb: number;
  /** What the phase counted last; 0 where it counts nothing. */
  readonly objects: number;
}

/** What the processes say of themselves. */
export interface PlanProcess {
  /** Reading both sides, in a process before. */
  readonly discovery: readonly PlanPhase[];
  readonly phases: readonly PlanPhase[];
  readonly counts: PlanCounts;
  readonly findings: { readonly errors: number; readonly warnings: number };
  readonly unresolved: number;
  /** Of the plan; the same organisation and tenant give the same one, whatever changes in how it is made. */
  readonly fingerprint: string;
}

/** One tenant: the whole plan, and what counts against the target. */
export interface PlanCase extends PlanProcess {
  readonly name: string;
  readonly memberships: number;
  /** Match, map, check and plan together. */
  readonly seconds: number;
  /** Largest resident set of the process that plans, MB. */
  readonly peakRssMb: number;
}

/** What {@link benchPlan} found. Targets: under 20 s and 700 MB for both tenants on two cores. */
export interface PlanBench { readonly users: number; readonly groups: number; readonly cases: readonly PlanCase[] }

/** How much to measure. */
export interface PlanBenchOptions {
  /** Default 100,000. */
  readonly users?: number;
  /** Default 10,000. */
  readonly groups?: number;
  /** Receives the table; default: standard output. */
  readonly print?: (text: string) => void;
}

const round = (value: number): number => Math.round(value * 100) / 100;

/**
 * Plans the migration of a large organisation, once to a tenant that has most of the accounts, and once to an empty one. The
 * directory is an LDIF file, the tenant runs as a process of its own, and so do discovery and planning.
 */
export async function benchPlan(options: PlanBenchOptions = {}): Promise<PlanBench> {
  const { users = 100_000, groups = 10_000, print = (text) => { console.log(text); } } = options;
  const cases: PlanCase[] = [];
  // Most accounts are there, half of the groups are.
  for (const { name, known, seed } of [
    { name: 'existing accounts', known: { users: Math.floor(users * 0.96), groups: Math.floor(groups / 2) }, seed: `users=${users},groups=${Math.floor(groups / 2)},members=20` },
    { name: 'empty tenant', known: { users, groups }, seed: 'users=0,groups=0,domain=example.com' },
  ]) {
    const one = await measure(name, { users, groups, known }, seed);
    cases.push(one);
    print([
      `${name}: ${users} users, ${groups} groups, ${one.memberships} memberships; ${one.counts.operations} operations (${one.counts.creates} creates, ${one.counts.updates} updates, ${one.counts.managers} managers, ${one.counts.membersAdded} members)`,
      `${'phase'.padEnd(18)}${'seconds'.padStart(10)}${'CPU s'.padStart(10)}${'peak MB'.padStart(10)}${'objects'.padStart(10)}`,
      ...[...one.discovery, ...one.phases].map((p) => `${p.phase.padEnd(18)}${p.seconds.toFixed(2).padStart(10)}${p.cpuSeconds.toFixed(2).padStart(10)}${p.peakRssMb.toFixed(0).padStart(10)}${String(p.objects).padStart(10)}`),
      `${'match to plan'.padEnd(18)}${one.seconds.toFixed(2).padStart(10)}${''.padStart(10)}${one.peakRssMb.toFixed(0).padStart(10)}`,
    ].join('\n'));
  }
  return { users, groups, cases };
}

async function measure(name: string, size: Parameters<typeof writeOrganisation>[1], seed: string): Promise<PlanCase> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-bench-'));
  const file = path.join(folder, 'organisation.ldf');
  const memberships = await writeOrganisation(file, size);
  const program = await bundleChild(folder, 'plan-process.ts');
  const simulator = await startSimulatorProcess(['--seed', seed, '--quotas', 'off']);
  try {
    const { url, tenantId, clientId, clientSecret } = simulator;
    const child = async (step: string): Promise<string> => (await run(process.execPath, [...process.execArgv, program, step, folder, file, JSON.stringify({ url, tenantId, clientId, clientSecret })], { maxBuffer: 2 ** 24 })).stdout;
    await child('set up');
    const rounded = (phases: readonly PlanPhase[]): PlanPhase[] => phases.map((p) => ({ ...p, seconds: round(p.seconds), cpuSeconds: round(p.cpuSeconds), peakRssMb: Math.round(p.peakRssMb) }));
    const discovery = rounded(JSON.parse(await child('discover')) as PlanPhase[]);
    const said = JSON.parse(await child('plan')) as Omit<PlanProcess, 'discovery'>;
    const phases = rounded(said.phases);
    return {
      name, memberships, discovery, ...said, phases, seconds: round(said.phases.reduce((sum, p) => sum + p.seconds, 0)),
      peakRssMb: Math.max(...phases.map((p) => p.peakRssMb)),
    };
  } finally {
    await simulator.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
