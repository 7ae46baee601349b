-- What other sessions say of each judged session: pain that was usual before its next morning, mean pain of
-- its week and of the two weeks before, how many sessions were attended within seven days, and the grades of
-- effusion of the sessions up to it.
with judged as (
    select distinct patient_key, episode_id, position, started_at
    from {{ ref("int_parity__decision") }}
    where position is not null
)

select
    judged.patient_key,
    judged.episode_id,
    judged.position,
    count(*) filter (other.started_at > judged.started_at - interval 7 day) as sessions_7d,
    {%- for week in [1, 2, 3] %}
    avg(other.pain_during) filter (
        other.started_at > judged.started_at - interval {{ 7 * week }} day
        and other.started_at <= judged.started_at - interval {{ 7 * week - 7 }} day
    ) as week_{{ week }},
    {%- endfor %}
    (list(other.pain_next_morning order by other.position desc) filter (
        other.position < judged.position and other.pain_next_morning is not null
    ))[1:3] as mornings,
    list(other.effusion_grade order by other.position) as grades
from judged
inner join {{ ref("int_parity__session") }} as other
    on judged.patient_key = other.patient_key
    and judged.episode_id = other.episode_id
    and other.position <= judged.position
group by all
