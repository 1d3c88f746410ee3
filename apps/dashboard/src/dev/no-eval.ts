import { config } from 'zod';

// zod would try whether it may compile its schemas, and the content security policy would say so in the console.
config({ jitless: true });
