import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { useApp } from '../app.js';

/** A drawer over the page; Escape, its button and a click beside it close it, and the focus goes back. */
export function DetailDialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const { t } = useApp();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="detail"
      aria-label={props.title}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) props.onClose();
      }}
    >
      <div class="detail-inside">
        <div class="detail-head">
          <span class="kind">{props.title}</span>
          <button type="button" onClick={props.onClose}>
            {t('close')} <span aria-hidden="true">✕</span>
          </button>
        </div>
        {props.children}
      </div>
    </dialog>
  );
}
