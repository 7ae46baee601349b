-- Sums of each cell of agg_domain, and by clinic over all programs; changes in units of the baseline SD. A
-- person has the mean weight of the instruments that went in. Whoever has one clinic, condition and program is
-- the same person at every level of these, so that such people's sums add up; the others (of_several) are
-- counted level by level. With one episode and muscle group nothing is there to be reduced by instrument.
{% set place = ["clinic", "condition", "program"] %}
with people as (
    select
        patient_key,
        case
            when {% for name in place -%}
                min({{ name }}) is distinct from max({{ name }}) {{- " or " if not loop.last }}
            {%- endfor %} then 'several'
            when min(muscle_group) <> max(muscle_group) or min(episode_id) <> max(episode_id) then 'groups'
            else 'one'
        end as places
    from {{ ref("int_outcome__weight") }}
    where condition <> 'none' and domain is not null
    group by patient_key
),

rows_counted as (
    select
        patient_key, clinic, condition, muscle_group, program, domain, horizon, measure, method, device_class,
        places,
        improvement / sd_baseline as value,
        is_measured,
        coalesce(class = 'improved', false) as improved,
        coalesce(class = 'deteriorated', false) as deteriorated,
        could_improve as judged,
        weight,
        why,
        worst / sd_baseline as worst,
        best / sd_baseline as best
    from {{ ref("int_outcome__weight") }}
    inner join people using (patient_key)
    where condition <> 'none' and domain is not null
),

one as (
    select
        domain, horizon,
        {%- for name in place + ["muscle_group"] %}
        any_value({{ name }}) as {{ name }},
        {%- endfor %}
        {{ over_instruments("case when is_measured then weight end") }}
    from rows_counted
    where places = 'one'
    group by patient_key, domain, horizon
),

groups as (
    {{ people_of_domain(
        place + ["muscle_group"], "clinic, condition, program, grouping sets ((muscle_group), ())", "groups"
    ) }}
),

several as (
    {{ people_of_domain(
        place + ["muscle_group"],
        "grouping sets (
            (condition, muscle_group, program), (condition, muscle_group), (condition, program),
            (muscle_group, program), (condition), (muscle_group), (program), (),
            (clinic, condition, muscle_group), (clinic, condition), (clinic, muscle_group), (clinic)
        )",
        "several"
    ) }}
),

{% set sets = ["condition, program", "condition", "program", "", "clinic, condition", "clinic"] -%}
{% set added = {
    "one": "grouping sets ((" ~ sets | join("), (") ~ "), (muscle_group, " ~ sets | join("), (muscle_group, ") ~ "))",
    "groups": "muscle_group, grouping sets ((" ~ sets | join("), (") ~ "))",
    "several": "muscle_group, clinic, condition, program",
} -%}
cells as (
    {%- for name, by in added.items() %}
    select
        {%- for column in place + ["muscle_group"] %}
        case when grouping({{ column }}) = 1 then 'all' else {{ column }} end as {{ column }},
        {%- endfor %}
        domain, horizon,
        count(*) filter (is_measured) as n_followed,
        sum(value) as total,
        sum(value * value) as total_squares,
        {{ weighted_sums() }}
    from {{ name }}
    group by domain, horizon, {{ by | replace(", )", ")") }}
    {{ "union all by name" if not loop.last }}
    {%- endfor %}
)

select
    {{ place | join(", ") }}, muscle_group, domain, horizon,
    {{ sums_of_sums(["n_followed", "total", "total_squares"]) }}
from cells
group by {{ place | join(", ") }}, muscle_group, domain, horizon
