import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // The page's policy forbids inline script, and nothing may come from a data address but pictures.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
