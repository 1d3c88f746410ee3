import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Two builds from one source: `dist` is the product; `--mode states` adds /dev/states, every page in every state.
export default defineConfig(({ mode }) => ({
  plugins: [react(), tailwindcss()],
  build: {
    outDir: mode === 'states' ? 'node_modules/.cache/states' : 'dist',
    // The content security policy allows no data: URLs for fonts or scripts.
    assetsInlineLimit: 0,
    target: 'es2022',
  },
  server: { proxy: { '/trpc': 'http://127.0.0.1:4000', '/session': 'http://127.0.0.1:4000' } },
}));
