// Copies a command. Without a secure connection browsers have no clipboard for
// pages: then the old way, and else the text is selected for Ctrl+C.
'use strict';

(function () {
  const told = document.getElementById('rey-copy-told');

  function select(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  function copy(element) {
    if (navigator.clipboard) {
      return navigator.clipboard.writeText(element.textContent);
    }
    select(element);
    return document.execCommand('copy') ? Promise.resolve() : Promise.reject();
  }

  document.querySelectorAll('[data-rey-copy]').forEach(function (button) {
    const source = document.getElementById(button.dataset.reyCopy);
    const usual = button.innerHTML;
    button.hidden = false;
    button.addEventListener('click', function () {
      copy(source).then(function () {
        button.textContent = button.dataset.reyDone;
        told.textContent = button.dataset.reyDone;
        setTimeout(function () {
          button.innerHTML = usual;
          told.textContent = '';
        }, 2000);
      }, function () {
        select(source);
      });
    });
  });
}());
