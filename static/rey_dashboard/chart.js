// Draws each [data-rey-chart] from the JSON that rey_dashboard made
// (projects/charts.py) and that the attribute names.
'use strict';

(function () {
  // Each is 3 : 1 or more on white, and unlike its neighbours for colour-blind
  // eyes; the patterns tell them apart without any colour.
  var COLOURS = [
    '#0072b2', '#d55e00', '#00845f', '#a6418a', '#96710a', '#3d3787',
    '#2a87a8'
  ];
  var GREY = '#767676';
  var LIGHT = 'rgba(255, 255, 255, .5)';
  var PATTERNS = [
    {symbol: 'none'},
    stripes(45, 6),
    {symbol: 'circle', symbolSize: .5, dashArrayX: [[6, 6], [0, 6, 6, 0]],
      dashArrayY: [4, 0], color: LIGHT},
    stripes(-45, 6),
    stripes(0, 5),
    stripes(90, 5),
    stripes(45, 3)
  ];
  var PLAIN = {symbol: 'none'};

  function stripes(degrees, gap) {
    return {
      symbol: 'rect', color: LIGHT, dashArrayX: [1, 0],
      dashArrayY: [2, gap], rotation: degrees * Math.PI / 180
    };
  }

  function isNarrow(element) {
    return element.clientWidth < 600;
  }

  function option(chart, element) {
    var style = getComputedStyle(element);
    var text = {color: style.color, fontFamily: style.fontFamily};
    var line = style.getPropertyValue('--rey-track').trim();
    return {
      animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      aria: {
        enabled: true,
        label: {description: element.getAttribute('aria-label')}
      },
      textStyle: text,
      grid: {top: 58, left: 8, right: 16, bottom: 4, containLabel: true},
      legend: {
        type: 'scroll', top: 0, left: 0, itemGap: 16, itemHeight: 12,
        pageTextStyle: text, pageIconColor: text.color,
        pageIconInactiveColor: line, pageButtonGap: 8,
        textStyle: {
          color: text.color, fontFamily: text.fontFamily, fontSize: 12,
          width: isNarrow(element) ? 110 : 200, overflow: 'truncate'
        }
      },
      xAxis: {
        type: 'category', data: chart.days, axisTick: {show: false},
        axisLine: {lineStyle: {color: line}},
        axisLabel: {color: text.color, hideOverlap: true, margin: 10}
      },
      yAxis: {
        type: 'value', name: chart.labels.axis,
        nameTextStyle: {color: text.color, align: 'left'},
        axisLabel: {color: text.color, formatter: numbers(chart)},
        splitLine: {lineStyle: {color: line}}
      },
      // Without a formatter of ours the text would be taken for HTML.
      tooltip: {
        trigger: 'axis', confine: true, className: 'rey-tip',
        backgroundColor: style.getPropertyValue('--rey-ground').trim(),
        textStyle: {color: text.color, fontFamily: text.fontFamily,
          fontSize: 12}
      }
    };
  }

  function numbers(chart) {
    var format = new Intl.NumberFormat(
      chart.language, {maximumFractionDigits: 2}
    );
    return function (value) {
      return format.format(value);
    };
  }

  // Elements and never HTML: names of users are any text.
  function tip(title, rows) {
    var box = document.createElement('div');
    box.appendChild(document.createElement('strong')).textContent = title;
    rows.forEach(function (row) {
      var line = box.appendChild(document.createElement('div'));
      if (row.colour) {
        line.appendChild(document.createElement('i'))
          .style.backgroundColor = row.colour;
      }
      line.appendChild(document.createElement('bdi')).textContent = row.name;
      line.appendChild(document.createElement('b')).textContent = row.value;
    });
    return box;
  }

  function hours(chart, element) {
    var drawn = option(chart, element);
    var shown = numbers(chart);
    var colours = chart.series.map(function (series, place) {
      var last = place === chart.series.length - 1;
      return last && chart.has_others ? GREY : COLOURS[place];
    });
    drawn.series = chart.series.map(function (series, place) {
      return {
        type: 'bar', stack: 'hours', name: series.name, data: series.values,
        barCategoryGap: '25%', barMaxWidth: 60,
        itemStyle: {
          color: colours[place],
          decal: colours[place] === GREY ? PLAIN : PATTERNS[place]
        }
      };
    });
    drawn.tooltip.axisPointer = {type: 'shadow'};
    drawn.tooltip.formatter = function (bars) {
      var rows = bars.filter(function (bar) {
        return bar.value > 0;
      }).map(function (bar) {
        return {
          name: bar.seriesName, value: shown(bar.value),
          colour: colours[bar.seriesIndex]
        };
      });
      var total = bars.reduce(function (sum, bar) {
        return sum + bar.value;
      }, 0);
      rows.push({
      name: chart.labels.total, value: shown(total), colour: 'transparent'
    });
      return tip(bars[0].name, rows);
    };
    return drawn;
  }

  function isKnown(values, place) {
    return values[place] !== null && values[place] !== undefined;
  }

  function isBeside(values, place) {
    return isKnown(values, place - 1) || isKnown(values, place + 1);
  }

  // A line through one day alone has no length: such a day is a dot.
  function withDots(values) {
    return values.map(function (value, place) {
      var isAlone = isKnown(values, place) && !isBeside(values, place);
      return {value: value, symbol: isAlone ? 'circle' : 'none'};
    });
  }

  // Nova's line reaches the days that we read, so that no gap is drawn where
  // both are known.
  function joined(nova, mean) {
    return nova.map(function (value, place) {
      return value === null && isBeside(nova, place) ? mean[place] : value;
    });
  }

  // An area over one day alone has no width: such a day is a bar.
  function band(chart, colour) {
    var low = chart.minimum, high = chart.maximum;
    function piece(type, isRange, isWanted) {
      var look = isRange ? {color: colour, opacity: .25} : {opacity: 0};
      return {
        type: type, name: chart.labels.band, stack: type, silent: true,
        data: low.map(function (value, place) {
          if (!isKnown(low, place) || !isWanted(place)) {
            return null;
          }
          return isRange ? high[place] - value : value;
        }),
        symbol: 'none', lineStyle: {opacity: 0}, barWidth: 12,
        areaStyle: type === 'line' ? look : undefined,
        itemStyle: type === 'bar' || isRange ? look : {color: colour}
      };
    }
    function isAlone(place) {
      return !isBeside(low, place);
    }
    function isOneOfMore(place) {
      return isBeside(low, place);
    }
    return [
      piece('bar', false, isAlone), piece('bar', true, isAlone),
      piece('line', false, isOneOfMore), piece('line', true, isOneOfMore)
    ];
  }

  function historyRows(chart, place, shown) {
    var rows = [];
    ['mean', 'nova', 'minimum', 'maximum'].forEach(function (name) {
      if (isKnown(chart[name], place)) {
        rows.push({
          name: chart.labels[name], value: shown(chart[name][place])
        });
      }
    });
    return rows.length ? rows : [{name: chart.labels.unknown, value: ''}];
  }

  function history(chart, element) {
    var drawn = option(chart, element);
    var shown = numbers(chart);
    var colour = getComputedStyle(element)
      .getPropertyValue('--rey-line').trim();
    var labels = chart.labels;
    function line(name, values, look) {
      return {
        type: 'line', name: name, data: withDots(values), symbol: 'none',
        symbolSize: 7, showAllSymbol: true, z: 3, lineStyle: look,
        itemStyle: {color: colour}
      };
    }
    drawn.series = band(chart, colour).concat([
      line(labels.mean, chart.mean, {width: 2}),
      line(
        labels.nova, joined(chart.nova, chart.mean),
        {width: 2, type: [6, 4]}
      )
    ]);
    drawn.legend.type = 'plain';
    drawn.legend.itemWidth = 30;
    drawn.legend.textStyle.width = undefined;
    drawn.legend.data = [
      {name: labels.mean, values: chart.mean},
      {
        name: labels.band, values: chart.minimum, icon: 'rect',
        itemStyle: {color: colour, opacity: .25}
      },
      {name: labels.nova, values: chart.nova}
    ].filter(function (entry) {
      return entry.values.some(function (value) {
        return value !== null;
      });
    });
    if (isNarrow(element)) {
      drawn.grid.top = 78; // The legend needs a second line.
    }
    drawn.tooltip.formatter = function (marks) {
      var place = marks[0].dataIndex;
      return tip(chart.days[place], historyRows(chart, place, shown));
    };
    return drawn;
  }

  var KINDS = {hours: hours, history: history};

  document.querySelectorAll('[data-rey-chart]').forEach(function (element) {
    var data = document.getElementById(element.dataset.reyChart);
    var chart = JSON.parse(data.textContent);
    element.hidden = false;
    var drawn = echarts.init(element);
    // Called once at the start, too.
    new ResizeObserver(function () {
      drawn.resize();
      drawn.setOption(KINDS[chart.kind](chart, element));
    }).observe(element);
  });
}());
