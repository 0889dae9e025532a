/** A process that sends what is due of a project: `sending-process.ts <project>`. It ends when nothing is due, or when somebody ends it. */
import { deliverDueMail } from '../../../electron/app/mail-delivery.ts';
import { openProject } from '../../../electron/store/index.ts';
import { senderOf } from './sender.ts';

const store = await openProject(process.argv[2] ?? '');
await deliverDueMail(senderOf(store), [], new AbortController().signal);
await store.close();
