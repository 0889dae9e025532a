import type { Command } from 'commander';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Run } from '../run.ts';
import { readSecret } from './secret-input.ts';

/** `causeway pair secrets`: enters the secrets of a pair on this machine, where the project came from another one. */
export function addPairSecretsCommand(pair: Command, run: Run): void {
  pair.command('secrets').description('enter the secrets of a pair on this machine; they do not travel with a project').option('--pair <pair>', 'name or id; the only one by default')
    .option('--password-file <file>', 'file with the password of the source account; - for standard input; else it is asked for').option('--secret-file <file>', 'file with the client secret, or with the private key for a certificate; else it is asked for')
    .addHelpText('after', '\nExample:\n  causeway --project postgres://causeway@db.example.com/migration pair secrets --pair Contoso --secret-file secret.txt')
    .action((o: { pair?: string; passwordFile?: string; secretFile?: string }) => run({ needs: 'project' }, async (session, context) => {
      const { secrets } = await session.call('project.get', {});
      if (secrets === 'session') throw appError(ErrorCode.InvalidInput, 'This command keeps secrets only while it runs. Make a key file (openssl rand -base64 48 > key; chmod 600 key) and name it in CAUSEWAY_KEY_FILE; then enter them again.');
      const { id, name, source, target } = await session.pair(o.pair);
      const asked = o.passwordFile === undefined && o.secretFile === undefined;
      const password = source.kind === 'ldap' && (asked || o.passwordFile !== undefined) ? await readSecret(o.passwordFile, `Password of ${source.username}`, context.streams) : undefined;
      const byPerson = target.signIn === 'device code' || target.signIn === 'interactive';
      const secret = !byPerson && (asked || o.secretFile !== undefined) ? await readSecret(o.secretFile, `Secret of application ${target.clientId}`, context.streams) : undefined;
      const given = { ...(password ? { sourcePassword: password } : {}), ...(secret ? { targetSecret: secret } : {}) };
      if (Object.keys(given).length === 0) throw appError(ErrorCode.InvalidInput, `No secret of "${name}" was given. Name files with --password-file and --secret-file, or run the command on a terminal.`);
      await session.call('pairs.update', { id, ...given });
      session.out.result({ pairId: id, kept: Object.keys(given) }, [`Kept on this machine: ${[...(password ? ['the password of the source'] : []), ...(secret ? ['the secret of the target'] : [])].join(' and ')} of "${name}".`]);
      return EXIT.ok;
    }));
}
