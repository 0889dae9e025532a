import { useEffect, useState } from 'react';

const STEP_MS = 10_000;

/** The present moment in milliseconds, to ten seconds: what shows it is drawn anew by itself. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), STEP_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
