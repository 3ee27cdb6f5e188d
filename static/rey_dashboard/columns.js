// Closes the column chooser on Escape and on a click elsewhere, as a menu does.
'use strict';

(function () {
  document.querySelectorAll('details.rey-columns').forEach(function (chooser) {
    chooser.addEventListener('toggle', function () {
      if (chooser.open) {
        chooser.querySelector('form').scrollIntoView({block: 'nearest'});
      }
    });

    chooser.addEventListener('keydown', function (event) {
      if (event.key === 'Escape' && chooser.open) {
        chooser.open = false;
        chooser.querySelector('summary').focus();
      }
    });

    document.addEventListener('click', function (event) {
      if (!chooser.contains(event.target)) {
        chooser.open = false;
      }
    });
  });
}());
