import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle, Text, makeStyles } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { Coexistence } from '../../shared/contracts/coexistence.ts';
import { cycleWords, inStepWords, nextWords, OUT_OF_SCOPE_WORDS, scheduleWords, STATE_WORDS } from './coexistence-words.ts';
import { counted, duration, time } from './format.ts';
import { Live } from './Live.tsx';
import { Properties } from './Section.tsx';
import { StatusBadge } from './StatusBadge.tsx';
import { useLayout } from './layout.ts';

/** In a column that a list fills: keeps its height. */
const useStyles = makeStyles({ firm: { flexShrink: 0 } });

interface NoticesProps {
  readonly coexistence: Coexistence;
  /** Opens the plan that waits; undefined: none does. */
  readonly onReview?: (() => void) | undefined;
  /** Opens the question of Restart Coexistence; undefined: it cannot be done now. */
  readonly onRestart?: (() => void) | undefined;
}

/** What a person should look at: a quarantined cycle, repeated failures, and why a full cycle is advised. Nothing when all is well. */
export function CoexistenceNotices({ coexistence, onReview, onRestart }: NoticesProps): ReactNode {
  const s = useStyles();
  const { attention, restartAdvised, state } = coexistence;
  return <>
    {attention !== '' || state === 'Quarantined' ? (
      <MessageBar className={s.firm} intent={state === 'Quarantined' ? 'error' : 'warning'} layout="multiline" role="alert">
        <MessageBarBody><MessageBarTitle>{state === 'Quarantined' ? 'Quarantined.' : 'Coexistence needs attention.'}</MessageBarTitle>{attention || STATE_WORDS.Quarantined}</MessageBarBody>
        {onReview ? <MessageBarActions><Button size="small" onClick={onReview}>Review Plan</Button></MessageBarActions> : null}
      </MessageBar>
    ) : state === 'Planned' ? (
      <MessageBar className={s.firm} intent="info" layout="multiline">
        <MessageBarBody>{coexistence.running ? 'The plan of the first cycle is being made. Nothing is written before a person approves it.' : STATE_WORDS.Planned}</MessageBarBody>
        {onReview ? <MessageBarActions><Button size="small" onClick={onReview}>Review Plan</Button></MessageBarActions> : null}
      </MessageBar>
    ) : null}
    {restartAdvised.length > 0 ? (
      <MessageBar className={s.firm} intent="warning" layout="multiline">
        <MessageBarBody><MessageBarTitle>A full cycle is needed.</MessageBarTitle>{`${restartAdvised.join(' ')} Until then only changed objects follow.`}</MessageBarBody>
        {onRestart ? <MessageBarActions><Button size="small" onClick={onRestart}>Restart Coexistence</Button></MessageBarActions> : null}
      </MessageBar>
    ) : null}
  </>;
}

/** Where coexistence of a collection stands: state, next and last cycle, what is in step. */
export function CoexistenceState({ coexistence, now }: { readonly coexistence: Coexistence; readonly now: number }): ReactNode {
  const l = useLayout();
  const { state, settings, lastCycle, objects, fullAt, retrying } = coexistence;
  if (state === 'Off' && lastCycle === null) return <Text>{STATE_WORDS.Off}</Text>;
  return <>
    <Live className={l.row}><StatusBadge status={state} /><Text>{state === 'Quarantined' || state === 'Planned' ? '' : STATE_WORDS[state]}</Text></Live>
    <Properties rows={[
      ['In step', `${inStepWords(objects.inSync, objects.total)}${objects.failed > 0 ? `; ${counted(objects.failed, 'failure')}` : ''}`],
      ...(state === 'Off' ? [] : [['Next cycle', nextWords(coexistence, now)]] as const),
      ['Last cycle', lastCycle === null ? 'none yet' : <>{`${time(lastCycle.startedAt)}: ${lastCycle.outcome}`}<br />{cycleWords(lastCycle)}</>],
      ...(lastCycle?.lagMs === null || lastCycle === null ? [] : [['Lag of the last cycle', duration(lastCycle.lagMs)]] as const),
      ['Last full cycle', time(fullAt)],
      ...(retrying > 0 ? [['Tried again later', counted(retrying, 'object')]] as const : []),
      ...(settings === null ? [] : [['Schedule', scheduleWords(settings)], ['Out of scope', OUT_OF_SCOPE_WORDS[settings.outOfScope].name]] as const),
    ]} />
  </>;
}
