from streams.exposition import Family, exposed
from streams.figures import Histogram


def test_each_figure_has_its_meaning_its_kind_and_its_values() -> None:
    text = exposed(
        [
            Family("lag", "gauge", "what waits", [({"partition": 1}, 2), ({"partition": 2}, 0.5)]),
            Family("ready", "gauge", "whether it reads", [({}, 1)]),
        ]
    )
    assert text.splitlines() == [
        "# HELP lag what waits",
        "# TYPE lag gauge",
        'lag{partition="1"} 2',
        'lag{partition="2"} 0.5',
        "# HELP ready whether it reads",
        "# TYPE ready gauge",
        "ready 1",
    ]
    assert text.endswith("\n")


def test_a_histogram_has_buckets_that_grow_a_sum_and_a_count() -> None:
    sizes = Histogram((1.0, 10.0))
    sizes.observe(3)
    sizes.observe(30)
    text = exposed([Family("sizes", "histogram", "records", [({"partition": 0}, sizes)])])
    assert text.splitlines()[2:] == [
        'sizes_bucket{partition="0",le="1.0"} 0',
        'sizes_bucket{partition="0",le="10.0"} 1',
        'sizes_bucket{partition="0",le="+Inf"} 2',
        'sizes_sum{partition="0"} 33.0',
        'sizes_count{partition="0"} 2',
    ]


def test_a_label_cannot_break_out_of_its_line() -> None:
    text = exposed([Family("odd", "gauge", "odd", [({"reason": 'a"b\\c\nd'}, 1)])])
    assert text.splitlines()[-1] == 'odd{reason="a\\"b\\\\c\\nd"} 1'
