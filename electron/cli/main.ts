import { Command, CommanderError } from 'commander';
import { ErrorCode } from '../../shared/domain/errors.ts';
import { addExamples } from './examples.ts';
import { createProgress } from './progress.ts';
import { createOutput, jsonLine } from './output.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { Run, RunOptions } from './run.ts';
import { inSession } from './run.ts';
import { VERSION } from '../app/version.ts';
import { addAgentCommand } from './commands/agent.ts';
import { addAgentsCommands } from './commands/agents.ts';
import { addCheckCommand } from './commands/check.ts';
import { addCoexistenceCommands } from './commands/coexistence.ts';
import { addCollectionCommands } from './commands/collection.ts';
import { addCutoverCommands } from './commands/cutover.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addMailboxCommands } from './commands/mailbox.ts';
import { addMailboxSwitchCommands } from './commands/mailbox-switch.ts';
import { addMailFlowCommands } from './commands/mail-flow.ts';
import { addMatchCommands } from './commands/match.ts';
import { addMigrateCommands } from './commands/migrate.ts';
import { addNotificationCommands } from './commands/notifications.ts';
import { addObjectCommands } from './commands/objects.ts';
import { addPairCommands } from './commands/pair.ts';
import { addGuardCommands } from './commands/plan-guard.ts';
import { addPlanCommands } from './commands/plan.ts';
import { addProjectCommands } from './commands/project.ts';
import { addEvidenceCommands } from './commands/evidence.ts';
import { addHandOverCommands } from './commands/handover.ts';
import { addHoldCommands } from './commands/holds.ts';
import { addWriteBackCommands } from './commands/write-back.ts';
import { addLicenceCommands } from './commands/licences.ts';
import { addRollBackCommands } from './commands/roll-back.ts';
import { addPasswordCommands } from './commands/passwords.ts';
import { addReferenceCommands } from './commands/references.ts';
import { addRuleCommands } from './commands/rules.ts';
import { addServeCommand } from './commands/serve.ts';
import { addSimulatorCommand } from './commands/simulator.ts';
import { addTaskCommands } from './commands/tasks.ts';

/**
 * The `causeway` command.
 * @param argv arguments after the program's name.
 * @returns the exit code (exit-codes.ts).
 */
export async function main(argv: readonly string[], streams: { readonly stdout: NodeJS.WritableStream; readonly stderr: NodeJS.WriteStream; readonly stdin: NodeJS.ReadStream }): Promise<number> {
  const program = new Command();
  let code: number = EXIT.ok;
  program
    .name('causeway')
    .description('Moves an organisation from Active Directory to Microsoft 365: match, plan, migrate, and take it all back.')
    .version(VERSION, '-V, --version', 'print the version')
    .option('-p, --project <file>', 'project file, or the postgres:// address of a project (default: CAUSEWAY_PROJECT, else the demo project)')
    .option('--json', 'print the result as one JSON line')
    .option('-q, --quiet', 'no progress and no remarks on standard error')
    .showHelpAfterError('(causeway --help lists the commands and options)')
    .exitOverride()
    .configureOutput({ writeOut: (s) => streams.stdout.write(s), writeErr: (s) => streams.stderr.write(s) })
    .addHelpText('after', `
Examples:
  causeway project create --file contoso.causeway --name Contoso
  causeway pair create --name Contoso --ldif export.ldf --tenant contoso.onmicrosoft.com --client <app id> --secret-file secret.txt
  causeway collection create --name Berlin && causeway collection add --collection Berlin --dn "OU=Berlin,DC=corp,DC=example,DC=com"
  causeway match --collection Berlin
  causeway plan --collection Berlin --create --merge --upn-suffix contoso.com --country DE
  causeway migrate --task <id> --confirm contoso.onmicrosoft.com
  causeway roll-back --collection Berlin --yes

Exit codes: 0 done, 1 failed or done with errors, 2 wrong use or bad input, 3 connection or sign-in refused,
4 waits for approval or stopped by the guard, 5 verification found differences, 130 cancelled.`);

  const run: Run = async (options: RunOptions, work) => {
    const globals = program.opts<{ project?: string; json?: boolean; quiet?: boolean }>();
    const out = createOutput({ json: globals.json ?? false, quiet: globals.quiet ?? false, stdout: streams.stdout, stderr: streams.stderr });
    const progress = createProgress({ quiet: globals.quiet ?? false, stderr: streams.stderr });
    try {
      code = await inSession({ ...options, ...(globals.project === undefined ? {} : { project: globals.project }), out, progress, streams }, work);
    } catch (error) {
      progress.end();
      out.error(error);
      code = exitCodeOf(error);
    }
  };
  addProjectCommands(program, run);
  addPairCommands(program, run);
  addCollectionCommands(program, run);
  addObjectCommands(program, run);
  addMatchCommands(program, run);
  addCheckCommand(program, run);
  addRuleCommands(program, run);
  addPlanCommands(program, run);
  addGuardCommands(program, run);
  addMigrateCommands(program, run);
  addCoexistenceCommands(program, run);
  addRollBackCommands(program, run);
  addHoldCommands(program, run);
  addWriteBackCommands(program, run);
  addMailboxCommands(program, run);
  addMailboxSwitchCommands(program, run);
  addCutoverCommands(program, run);
  addMailFlowCommands(program, run);
  addEvidenceCommands(program, run);
  addHandOverCommands(program, run);
  addLicenceCommands(program, run);
  addPasswordCommands(program, run);
  addReferenceCommands(program, run);
  addNotificationCommands(program, run);
  addAgentsCommands(program, run);
  addTaskCommands(program, run);
  addSimulatorCommand(program, run);
  addServeCommand(program, run);
  addAgentCommand(program, run);
  addDemoCommand(program, run);
  addExamples(program);

  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // A script that asked for JSON gets it for a wrong use too.
    if (error.exitCode !== 0 && argv.includes('--json')) streams.stdout.write(`${jsonLine({ error: { code: ErrorCode.InvalidInput, message: error.message.replace(/^error: /, ''), retryable: false } })}\n`);
    // Help and version end with 0; every other refusal of the parser is a wrong use.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return code;
}
