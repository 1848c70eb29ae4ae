"""The looks: Gradio's variables in the studio's colours; the rest is in ``assets/encore.css``."""

import inspect

import gradio as gr

SANS = [
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "Roboto",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "sans-serif",
]
MONO = ["ui-monospace", "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", "monospace"]


def theme() -> gr.themes.Base:
    """System fonts only, so that nothing is asked of another host; every colour is a variable of the style sheet."""
    colours = {
        "body_background_fill": "var(--e-desk)",
        "body_text_color": "var(--e-ink)",
        "body_text_color_subdued": "var(--e-faint)",
        "background_fill_primary": "var(--e-panel)",
        "background_fill_secondary": "var(--e-well)",
        "block_background_fill": "transparent",
        "block_label_background_fill": "transparent",
        "block_label_text_color": "var(--e-faint)",
        "block_title_text_color": "var(--e-faint)",
        "block_info_text_color": "var(--e-faint)",
        "border_color_primary": "var(--e-line)",
        "border_color_accent": "var(--e-accent)",
        "color_accent": "var(--e-accent)",
        "color_accent_soft": "var(--e-accent-soft)",
        "input_background_fill": "var(--e-well)",
        "input_background_fill_focus": "var(--e-panel)",
        "input_border_color": "var(--e-line)",
        "input_border_color_focus": "var(--e-accent)",
        "input_placeholder_color": "var(--e-placeholder)",
        "button_primary_background_fill": "var(--e-button)",
        "button_primary_background_fill_hover": "var(--e-accent-deep)",
        "button_primary_text_color": "#ffffff",
        "button_secondary_background_fill": "var(--e-well)",
        "button_secondary_background_fill_hover": "var(--e-line)",
        "button_secondary_text_color": "var(--e-ink)",
        "button_secondary_border_color": "var(--e-line)",
        "button_cancel_background_fill": "var(--e-bad)",
        "button_cancel_background_fill_hover": "var(--e-bad)",
        "button_cancel_text_color": "#ffffff",
        "checkbox_background_color": "var(--e-well)",
        "checkbox_background_color_selected": "var(--e-accent)",
        "checkbox_border_color": "var(--e-line)",
        "checkbox_border_color_selected": "var(--e-accent)",
        "checkbox_label_background_fill": "transparent",
        "checkbox_label_background_fill_selected": "transparent",
        "checkbox_label_text_color": "var(--e-ink)",
        "slider_color": "var(--e-accent)",
        "link_text_color": "var(--e-accent)",
        "link_text_color_hover": "var(--e-accent-deep)",
    }
    sizes = {
        "block_border_width": "0px",
        "block_shadow": "none",
        "block_padding": "0px",
        "block_radius": "8px",
        "block_label_padding": "0",
        "block_title_text_size": "12px",
        "block_title_text_weight": "500",
        "block_info_text_size": "12px",
        "input_border_width": "1px",
        "input_radius": "8px",
        "input_padding": "8px 10px",
        "input_text_size": "14px",
        "input_shadow": "none",
        "input_shadow_focus": "0 0 0 3px var(--e-accent-soft)",
        "layout_gap": "10px",
        "form_gap_width": "10px",
        "button_border_width": "1px",
        "button_primary_border_color": "transparent",
        "button_small_radius": "7px",
        "button_medium_radius": "8px",
        "button_large_radius": "9px",
        "button_small_padding": "5px 10px",
        "button_small_text_size": "13px",
        "button_small_text_weight": "500",
        "button_large_text_weight": "600",
        "button_large_text_size": "15px",
        "checkbox_label_padding": "4px 0",
        "checkbox_label_border_width": "0px",
        "checkbox_label_shadow": "none",
    }
    # The variables change with the light by themselves; Gradio's own values for the dark must give way.
    known = inspect.signature(gr.themes.Base.set).parameters
    dark = {f"{name}_dark": value for name, value in colours.items() if f"{name}_dark" in known}
    return gr.themes.Base(font=SANS, font_mono=MONO).set(**colours, **dark, **sizes)
