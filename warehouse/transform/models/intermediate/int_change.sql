-- One row per episode, measure identity and horizon that is due or measured: the pair of values.
with pairs as (
    {%- for name in horizons() %}
    select *, '{{ name }}' as horizon, {{ name }} as last
    from {{ ref("int_change__measured") }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

paired as (
    select
        pairs.patient_key,
        pairs.episode_id,
        episode.condition,
        pairs.* exclude (
            patient_key, episode_id, closed_at, first, last,
            {{ horizons() | join(", ") }}
        ),
        {{ is_due("pairs.horizon", "pairs.time_zero", "pairs.closed_at") }}
            or (pairs.horizon = 'latest' and pairs.last is not null) as due,
        pairs.first.value as baseline,
        pairs.first.at as baseline_at,
        pairs.last.value as follow_up,
        pairs.last.at as follow_up_at,
        pairs.last.value - pairs.first.value as change,
        pairs.sign * (pairs.last.value - pairs.first.value) as improvement,
        pairs.first.rater = pairs.last.rater as same_rater,
        -- Of several sides the treated one stands for the episode where episodes are counted.
        row_number() over (
            partition by
                pairs.patient_key, pairs.episode_id, pairs.measure, pairs.method, pairs.device_class,
                pairs.muscle_group, pairs.horizon
            order by pairs.side = episode.side desc nulls last, pairs.side nulls first
        ) = 1 as is_counted
    from pairs
    inner join {{ ref("int_episode") }} as episode using (patient_key, episode_id)
)

select
    *,
    {{ case_key() }} as case_key
from paired
where due or follow_up is not null
