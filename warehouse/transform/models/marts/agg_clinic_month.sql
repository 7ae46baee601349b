-- The director's trend with its control chart, by clinic, condition and month of time zero.
select
    month.*,
    charted.chart_centre,
    charted.chart_low,
    charted.chart_high,
    charted.chart_signal,
    charted.chart_side,
    charted.chart_is_trial,
    {{ release_columns() }}
from {{ ref("int_clinic_month") }} as month
left join {{ ref("int_clinic_month__charted") }} as charted using (clinic, condition, month)
order by clinic, condition, month
