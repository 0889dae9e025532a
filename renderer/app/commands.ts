import type { FluentIcon } from '@fluentui/react-icons';
import { createContext, useContext } from 'react';
import type { QueryClient } from '@tanstack/react-query';
import type { RpcClient } from '../../shared/contracts/client.ts';
import type { OpenDialog } from './dialogs.tsx';
import type { Tab, TreeNode } from './navigation.ts';
import type { Selection } from '../../shared/contracts/values.ts';
import type { CommandContext } from './selection.ts';

/** What a command may use. */
export interface CommandServices {
  readonly api: RpcClient;
  readonly cache: QueryClient;
  readonly open: OpenDialog;
  readonly go: (node: TreeNode, tab?: Tab) => void;
}

/** One action. The Actions pane, the context menus and the command list all read the same registry, so they never differ. */
export interface Command {
  readonly id: string;
  readonly title: string;
  readonly icon: FluentIcon;
  /** Heading in the Actions pane. */
  readonly group: string;
  /** Key as written in menus, e.g. `Alt+Enter`. Handled by the shell. */
  readonly shortcut?: string;
  /** False: the command makes no sense here and is not shown. */
  appliesTo(context: CommandContext): boolean;
  /** Why it cannot be used now; null when it can. Shown in the place of silence. */
  disabledReason(context: CommandContext): string | null;
  run(context: CommandContext, services: CommandServices): void | Promise<void>;
  /** The same on the command line; null when there is no such command. */
  cliLine(context: CommandContext): string | null;
}

/** The registry and how to run one of it. */
export interface Commands {
  readonly all: readonly Command[];
  readonly context: CommandContext;
  readonly run: (command: Command) => void;
}

/** Set by the shell. */
export const CommandsContext = createContext<Commands | null>(null);

/** The commands that apply now. Only inside the shell. */
export function useCommands(): Commands & { readonly here: readonly Command[] } {
  const commands = useContext(CommandsContext);
  if (!commands) throw new Error('CommandsContext is missing');
  return { ...commands, here: commands.all.filter((command) => command.appliesTo(commands.context)) };
}

/** A line for the project that is open; the demo project is the command line's own default. */
export function cliOf(context: CommandContext, words: string): string {
  const { project } = context;
  return project && !project.demo ? `causeway --project ${quoted(project.file)} ${words}` : `causeway ${words}`;
}

/** Ids of chosen objects for a command line. A long list is cut: the line must stay readable. */
export function idsOf(selection: Selection | undefined): string {
  const most = 20;
  return selection?.mode !== 'ids' ? '<object>' : selection.ids.length > most ? `${selection.ids.slice(0, most).join(' ')} ...` : selection.ids.join(' ');
}

/** Quotes one argument for the command line that is shown; plain words stay as they are. */
export function quoted(text: string): string {
  return /^[\w@.,:/=+-]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`;
}
