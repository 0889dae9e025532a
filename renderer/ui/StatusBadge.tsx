import { Badge, makeStyles, type BadgeProps } from '@fluentui/react-components';
import {
  ArrowCircleRightRegular, CalendarClockRegular, CheckmarkCircleRegular, CircleRegular, DismissCircleRegular, HourglassRegular, PauseCircleRegular, PersonQuestionMarkRegular,
  ProhibitedRegular, QuestionCircleRegular, WarningRegular, type FluentIcon,
} from '@fluentui/react-icons';
import type { ReactNode } from 'react';

type Look = readonly [NonNullable<BadgeProps['color']>, FluentIcon];
const LOOKS: Readonly<Record<string, Look>> = {
  'New': ['informative', CircleRegular], 'Not matched': ['informative', QuestionCircleRegular], 'Matched': ['brand', CheckmarkCircleRegular],
  'Migrated': ['success', CheckmarkCircleRegular], 'Completed': ['success', CheckmarkCircleRegular], 'Failed': ['danger', DismissCircleRegular],
  'Ambiguous': ['warning', PersonQuestionMarkRegular], 'Conflict': ['severe', WarningRegular], 'Skipped': ['subtle', ProhibitedRegular],
  'Queued': ['informative', HourglassRegular], 'Running': ['brand', ArrowCircleRightRegular], 'Awaiting approval': ['warning', PauseCircleRegular], 'Scheduled': ['brand', CalendarClockRegular],
  'Cancelling': ['warning', HourglassRegular], 'Completed with errors': ['warning', WarningRegular], 'Cancelled': ['subtle', ProhibitedRegular],
  'Interrupted': ['severe', WarningRegular], 'Discarded': ['subtle', ProhibitedRegular],
  'In sync': ['success', CheckmarkCircleRegular], 'Never synced': ['subtle', CircleRegular], 'Not intended to be synced': ['subtle', ProhibitedRegular],
  'On': ['success', CheckmarkCircleRegular], 'Off': ['subtle', CircleRegular], 'Paused': ['warning', PauseCircleRegular], 'Quarantined': ['danger', WarningRegular],
  'running': ['brand', ArrowCircleRightRegular], 'nothing to do': ['subtle', CheckmarkCircleRegular], 'done with failures': ['warning', WarningRegular], 'quarantined': ['danger', WarningRegular], 'cancelled': ['subtle', ProhibitedRegular],
  'Working': ['brand', ArrowCircleRightRegular], 'Idle': ['success', CheckmarkCircleRegular], 'Draining': ['warning', HourglassRegular], 'Drained': ['warning', PauseCircleRegular], 'Gone': ['danger', DismissCircleRegular], 'Not started': ['subtle', CircleRegular],
  'open': ['warning', WarningRegular], 'is re-applied': ['brand', HourglassRegular], 'accepted': ['success', CheckmarkCircleRegular], 're-applied': ['success', CheckmarkCircleRegular], 'gone': ['subtle', CheckmarkCircleRegular],
  'Chosen': ['success', CheckmarkCircleRegular], 'Can be chosen': ['informative', CircleRegular], 'Cannot be chosen': ['subtle', ProhibitedRegular],
  'Waiting': ['informative', HourglassRegular], 'In progress': ['brand', ArrowCircleRightRegular], 'Done': ['success', CheckmarkCircleRegular], 'Stopped': ['warning', PauseCircleRegular],
  'Draft': ['informative', CircleRegular], 'Starting': ['brand', HourglassRegular], 'Active': ['brand', ArrowCircleRightRegular], 'Stopping': ['warning', HourglassRegular], 'Closed': ['subtle', CheckmarkCircleRegular],
  'Perfect': ['success', CheckmarkCircleRegular], 'Good': ['success', CheckmarkCircleRegular], 'Investigate': ['warning', WarningRegular], 'Poor': ['danger', DismissCircleRegular],
  'Sending': ['brand', ArrowCircleRightRegular], 'Sent': ['success', CheckmarkCircleRegular], 'Unclear': ['severe', QuestionCircleRegular], 'Held': ['warning', PauseCircleRegular],
  'Delivered': ['success', CheckmarkCircleRegular], 'Loop': ['danger', DismissCircleRegular], 'Wrong recipient': ['danger', DismissCircleRegular], 'Black hole': ['danger', DismissCircleRegular], 'Refused': ['danger', DismissCircleRegular],
  'Leaves both': ['warning', WarningRegular], 'Old mailbox': ['warning', WarningRegular], 'New mailbox': ['warning', WarningRegular], 'Twice': ['warning', WarningRegular],
  'Passed': ['success', CheckmarkCircleRegular], 'Confirmed': ['success', CheckmarkCircleRegular], 'No longer so': ['danger', WarningRegular],
  'passed': ['success', CheckmarkCircleRegular], 'failed': ['danger', DismissCircleRegular], 'warning': ['warning', WarningRegular], 'not tried': ['subtle', CircleRegular],
  'error': ['danger', DismissCircleRegular], 'done': ['success', CheckmarkCircleRegular], 'unchanged': ['subtle', CheckmarkCircleRegular], 'drifted': ['warning', WarningRegular],
  'Open': ['informative', CircleRegular], 'Decided': ['brand', ArrowCircleRightRegular], 'Planned': ['warning', PauseCircleRegular], 'Fixed': ['success', CheckmarkCircleRegular], 'Left alone': ['subtle', ProhibitedRegular],
  'To review': ['warning', PersonQuestionMarkRegular], 'Accepted': ['success', CheckmarkCircleRegular], 'Rejected': ['danger', DismissCircleRegular], 'Pinned': ['success', CheckmarkCircleRegular], 'Create': ['informative', ArrowCircleRightRegular],
  'Left out': ['subtle', ProhibitedRegular], 'Not needed': ['subtle', CheckmarkCircleRegular], 'Migrated before': ['success', CheckmarkCircleRegular],
  'skipped': ['subtle', ProhibitedRegular], 'pending': ['informative', CircleRegular], 'sent': ['informative', HourglassRegular],
};

const useStyles = makeStyles({ badge: { whiteSpace: 'nowrap', overflowWrap: 'normal' } });

/** A status as word and shape: colour alone never carries it. */
export function StatusBadge({ status }: { readonly status: string }): ReactNode {
  const [color, Icon] = LOOKS[status] ?? ['informative', CircleRegular];
  const s = useStyles();
  return <Badge className={s.badge} appearance="tint" color={color} icon={<Icon />} shape="rounded">{status}</Badge>;
}
