-- What drop-out may have done to the figures, over all goals, programs and months, for all clinics together
-- and for each: by instrument in the measure's unit, and with measure all by domain in baseline SDs.
select
    weighted.clinic,
    weighted.condition,
    weighted.muscle_group,
    weighted.domain,
    coalesce(weighted.measure, 'all') as measure,
    coalesce(weighted.method, 'all') as method,
    coalesce(weighted.device_class, 'all') as device_class,
    weighted.horizon,
    weighted.n_started::bigint as n_started,
    weighted.n_measured::bigint as n_measured,
    weighted.n_measured / weighted.n_started as completeness,
    {{ completed_columns() }},
    {{ release_columns() }}
from {{ ref("int_outcome__weighted") }} as weighted
where weighted.goal = 'all' and weighted.program = 'all' and weighted.month = 'all'
order by
    weighted.clinic, weighted.condition, weighted.muscle_group, weighted.horizon, weighted.domain,
    weighted.measure, weighted.method, weighted.device_class
