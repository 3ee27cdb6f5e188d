// "/" goes to the box that finds things; not while something is being typed.
'use strict';

(function () {
  const typed = 'input, textarea, select, [contenteditable], [role="textbox"]';

  document.addEventListener('keydown', function (event) {
    if (event.key !== '/' || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const box = document.querySelector('[data-rey-find]');
    if (!box || event.defaultPrevented || event.isComposing ||
        event.target.closest(typed)) {
      return;
    }
    event.preventDefault();
    box.focus();
    box.select();
  });
}());
