import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** Fluent UI's focus guards: they hand the focus on and never keep it, which axe cannot know (Tabster, "Dummy inputs"). */
const FOCUS_GUARDS = '[data-tabster-dummy]';

/** Waits until what fades in or out, or is about to, has done so. */
export async function faded(page: Page): Promise<void> {
  await page.evaluate(async () => {
    // What was changed just now begins to move with the next frame.
    await new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); });
    const finite = document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(finite.map((animation) => animation.finished));
  });
}

/** Violations of axe-core's rules in the whole window, in words: rule, its help, and where. Empty: none. */
export async function violations(page: Page): Promise<readonly string[]> {
  // Messages come and go by themselves, and half faded they have the colours of nothing.
  await page.locator('.fui-Toast').first().waitFor({ state: 'detached', timeout: 20_000 });
  // Colours are measured when dialogs have faded in.
  await faded(page);
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode(true).exclude(FOCUS_GUARDS).analyze();
  return found.map((v) => `${v.id} (${v.impact ?? 'unknown'}): ${v.help}\n${v.nodes.slice(0, 5).map((n) => `    ${n.target.join(' ')}  ${n.html.slice(0, 160)}  ${n.any.map((check) => check.message).join('; ').slice(0, 200)}`).join('\n')}`);
}
