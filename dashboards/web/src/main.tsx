import { render } from 'preact';

import 'uplot/dist/uPlot.min.css';
import './style.css';
import { AppProvider } from './app.js';
import { Page } from './components/page.js';
import { createApp } from './create-app.js';

const root = document.getElementById('app');
if (root === null) throw new Error('The page has no place for the application.');
render(
  <AppProvider value={createApp()}>
    <Page />
  </AppProvider>,
  root,
);
