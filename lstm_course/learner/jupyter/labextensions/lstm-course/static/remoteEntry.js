// JupyterLab reads a document once and does not notice that it has changed on disk. The page with the lessons is
// written anew after each check that went better; here it is read anew whenever its tab comes to the front.

const PAGE = 'lessons.md';

const plugin = {
  id: 'lstm-course:lessons',
  autoStart: true,
  activate: ({ shell }) => {
    shell.currentChanged.connect(() => {
      const document = shell.currentWidget?.context;
      if (document?.path === PAGE && document.isReady && !document.model.dirty) {
        document.revert();
      }
    });
  },
};

// The form in which JupyterLab loads an extension: a container of webpack's, with one module in it.
window._JUPYTERLAB = window._JUPYTERLAB || {};
window._JUPYTERLAB['lstm-course'] = {
  init: () => {},
  get: async () => () => ({ __esModule: true, default: plugin }),
};
