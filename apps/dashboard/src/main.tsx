import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApp } from './app.tsx';
import './styles.css';

const element = document.getElementById('root');
if (element === null) throw new Error('index.html has no element "root"');
const root = createRoot(element);

// `--mode states` and the development server know /dev/states as well; the product's build leaves it out.
const withStates = import.meta.env.MODE !== 'production';
const states =
  withStates && location.pathname.startsWith('/dev/states') ? await import('./dev/states.tsx') : undefined;

root.render(<StrictMode>{states === undefined ? createApp() : states.createStates()}</StrictMode>);
