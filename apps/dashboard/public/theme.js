// Runs before the first paint, so that the page never flashes in the wrong theme. A file of its own: the content
// security policy allows no inline script. The toggle in the top bar calls `liftgateTheme.set`.
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const choice = storedTheme();
    const theme = choice === 'light' || choice === 'dark' ? choice : dark.matches ? 'dark' : 'light';
    document.documentElement.dataset.theme = theme;
    document.documentElement.style.colorScheme = theme;
  };
  apply();
  dark.addEventListener('change', apply);
  addEventListener('storage', apply);
  globalThis.liftgateTheme = {
    choice: () => storedTheme() ?? 'system',
    set(choice) {
      try {
        if (choice === 'system') localStorage.removeItem('liftgate.theme');
        else localStorage.setItem('liftgate.theme', choice);
      } catch {
        // Private windows without storage follow the system.
      }
      apply();
    },
  };
})();

function storedTheme() {
  try {
    return localStorage.getItem('liftgate.theme');
  } catch {
    return null;
  }
}
