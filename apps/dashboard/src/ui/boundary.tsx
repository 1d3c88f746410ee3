import { Component, type ReactNode } from 'react';
import { copy } from '../copy.ts';

/** Keeps a failure inside its panel. */
export class PanelBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <div role="alert" className="rounded-control bg-well px-4 py-3 text-ink-2">
        <p className="font-medium text-ink">{copy.state.panelFailed}</p>
        <p className="mt-0.5 text-[13px]">{copy.state.panelRest}</p>
        <button type="button" className="button mt-3" onClick={() => this.setState({ error: null })}>
          {copy.state.retry}
        </button>
      </div>
    );
  }
}
