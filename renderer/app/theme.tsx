import { FluentProvider, RendererProvider, createDOMRenderer, teamsHighContrastTheme, webDarkTheme, webLightTheme, type Theme } from '@fluentui/react-components';
import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';

/** What a person may choose; `system` follows the operating system. */
export const THEME_CHOICES = ['system', 'light', 'dark', 'high contrast'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

const KEY = 'causeway.theme';
const THEMES: Readonly<Record<Exclude<ThemeChoice, 'system'>, Theme>> = { light: webLightTheme, dark: webDarkTheme, 'high contrast': teamsHighContrastTheme };
const ThemeContext = createContext<{ readonly choice: ThemeChoice; readonly dark: boolean; readonly choose: (choice: ThemeChoice) => void }>({ choice: 'system', dark: false, choose: () => undefined });

/** The chosen theme and how to change it. */
export function useTheme(): { readonly choice: ThemeChoice; readonly dark: boolean; readonly choose: (choice: ThemeChoice) => void } {
  return useContext(ThemeContext);
}

/** Whether a media query holds now. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore((listener) => {
    const media = window.matchMedia(query);
    media.addEventListener('change', listener);
    return () => media.removeEventListener('change', listener);
  }, () => window.matchMedia(query).matches);
}

function stored(): ThemeChoice {
  const text = window.localStorage.getItem(KEY);
  return THEME_CHOICES.find((choice) => choice === text) ?? 'system';
}

/**
 * Fluent UI under the strict content policy: its style elements carry the nonce of this load. The nonce is read from the
 * property, since browsers hide the attribute.
 */
export function ThemeProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [choice, setChoice] = useState(stored);
  const dark = useMedia('(prefers-color-scheme: dark)');
  const contrast = useMedia('(forced-colors: active)');
  const styles = useMemo(() => {
    const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
    return createDOMRenderer(document, nonce ? { styleElementAttributes: { nonce } } : {});
  }, []);
  const effective = choice === 'system' ? (contrast ? 'high contrast' : dark ? 'dark' : 'light') : choice;
  const value = useMemo(() => ({
    choice, dark: effective !== 'light',
    choose: (next: ThemeChoice) => { window.localStorage.setItem(KEY, next); setChoice(next); },
  }), [choice, effective]);
  // The browser's own parts, such as the buttons of a time box, follow the theme, too.
  useEffect(() => { document.documentElement.style.colorScheme = effective === 'light' ? 'light' : 'dark'; }, [effective]);
  return (
    <RendererProvider renderer={styles} targetDocument={document}>
      <FluentProvider theme={THEMES[effective]} style={{ height: '100%' }}>
        <ThemeContext.Provider value={value}>{children}</ThemeContext.Provider>
      </FluentProvider>
    </RendererProvider>
  );
}
