import { z } from 'zod';

// Compiled schemas need eval, which the content policy forbids. Schemas try it when they are made, so this module comes
// before every module that makes one.
z.config({ jitless: true });
