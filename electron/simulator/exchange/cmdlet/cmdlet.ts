import type { SimulatorClock } from '../../clock.ts';
import type { Directory } from '../../directory/directory.ts';
import type { Machine } from '../../migration/machine.ts';
import type { ExchangeCaller } from '../caller.ts';
import type { Arguments } from './arguments.ts';

/**
 * Kind of value that a parameter takes. `text`, `number`, `guid`, `flag` (Boolean), `switch` (SwitchParameter: false is as if it were
 * absent), `texts` (string array or MultiValuedProperty that is set as a whole), `list` (MultiValuedProperty that also takes
 * `{"@odata.type":"#Exchange.GenericHashTable","Add":[...],"Remove":[...]}`), `bytes` (Base64), `size` ("25 MB", "unlimited"),
 * `result size` (a number or "Unlimited"), `password` (SecureString), `credential` (PSCredential; `{"@odata.type":"#Exchange.GenericHashTable",
 * "UserName":"...","Password":"..."}`, a form that nobody has published), or the names of an enumeration.
 */
export type ParameterType = 'text' | 'number' | 'guid' | 'flag' | 'switch' | 'texts' | 'list' | 'bytes' | 'size' | 'result size' | 'password' | 'credential' | readonly string[];

/** What a cmdlet accepts under one name. */
export interface ParameterRule {
  readonly type: ParameterType;
  /** True, or the sets in which it is mandatory; default false. */
  readonly mandatory?: boolean | readonly string[];
  /** Parameter sets that the parameter belongs to; absent: all. */
  readonly sets?: readonly string[];
  /** Longest text in characters. */
  readonly max?: number;
  /** False: Exchange Online has the parameter, the simulator answers it with an honest 501. */
  readonly offered?: false;
}

/** Parameters by their own spelling; compared without regard to case. Common parameters are added by the binder. */
export type ParameterRules = Readonly<Record<string, ParameterRule>>;

/** One object that a cmdlet gives back, with Exchange's property names. */
export type Row = Readonly<Record<string, unknown>>;

/** A row that is made only when it stands on the page asked for. */
export interface Found {
  /** Place in the whole result: strictly ascending, the same for the same object on every page. */
  readonly at: number;
  row(): Row;
}

/** One run of a cmdlet. */
export interface CmdletCall {
  /** Name of the cmdlet in its own spelling. */
  readonly cmdlet: string;
  readonly arguments: Arguments;
  /** Name of the parameter set; empty when the cmdlet has none. */
  readonly set: string;
  readonly directory: Directory;
  readonly clock: SimulatorClock;
  /** The service that migrates mailboxes. */
  readonly migration: Machine;
  readonly caller: ExchangeCaller;
  /** Only rows with a higher {@link Found.at} are needed; others may be given and are dropped. */
  readonly after: number;
  /** Adds a warning to the answer. */
  warn(text: string): void;
}

interface CmdletBase {
  /** Verb-Noun in its own spelling. */
  readonly name: string;
  readonly parameters: ParameterRules;
  /** Parameter set that is meant when the parameters given do not decide. */
  readonly defaultSet?: string;
}

/** A cmdlet that only reads. With a parameter `ResultSize` the framework cuts the result and warns. */
export interface ReadingCmdlet extends CmdletBase {
  /** @throws ExchangeRefusal for what Exchange refuses. */
  read(call: CmdletCall): Iterable<Found>;
}

/** A cmdlet that writes. */
export interface WritingCmdlet extends CmdletBase {
  /**
   * Checks everything and writes nothing; the function it gives does the writing and gives the rows. With `-WhatIf` the framework
   * does not call that function.
   * @throws ExchangeRefusal for what Exchange refuses.
   */
  write(call: CmdletCall): () => readonly Row[];
}

export type Cmdlet = ReadingCmdlet | WritingCmdlet;

/** A short, complete result. */
export function rows(list: readonly Row[]): readonly Found[] { return list.map((row, at) => ({ at: at + 1, row: () => row })); }

/** Rows of a writing cmdlet that gives nothing back. */
export const NO_ROWS: readonly Row[] = [];
