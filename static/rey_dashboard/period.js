// Shows the two days of a period only where "From ... to" is chosen.
'use strict';

(function () {
  document.querySelectorAll('[data-rey-days]').forEach(function (days) {
    var period = document.getElementById(days.dataset.reyDays);

    function show() {
      days.hidden = period.value !== 'days';
    }

    period.addEventListener('change', show);
    show();
  });
}());
